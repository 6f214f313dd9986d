package io.retort.pages;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecViolation;
import java.util.List;

/** What a refusal of the API says about fields of the request. */
final class Violations {
  /** Empty for a refusal that is about no field. */
  static List<SpecViolation> of(StatusRuntimeException refusal) {
    return refusal.getStatus().getCode() == Status.Code.INVALID_ARGUMENT
        ? RpcFailures.violations(refusal)
        : List.of();
  }

  /** Of a refusal of the API or of the page itself. */
  static List<SpecViolation> ofRefusal(Throwable thrown) {
    Throwable cause = ErrorView.cause(thrown);
    if (cause instanceof PageException wrong) {
      return wrong.violation().stream().toList();
    }
    return cause instanceof StatusRuntimeException refusal ? of(refusal) : List.of();
  }

  private Violations() {}
}
