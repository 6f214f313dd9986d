package io.retort.http;

import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import java.util.List;

/** Errors of requests that no rpc has seen. */
final class Refusals {
  static final String RATE_LIMITED = "RATE_LIMITED";

  static StatusRuntimeException invalid(List<SpecViolation> violations) {
    return RpcFailures.invalid(RpcFailures.REQUEST_INVALID, violations);
  }

  static StatusRuntimeException invalid(String field, String description) {
    return invalid(List.of(new SpecViolation(field, description)));
  }

  /**
   * RESOURCE_EXHAUSTED with a {@code google.rpc.RetryInfo}.
   *
   * @param caller whose calls are too many
   * @param rate calls per second that the caller may make
   * @param wait seconds until the next call is accepted
   */
  static StatusRuntimeException tooManyCalls(String caller, int rate, long wait) {
    return RpcFailures.of(
        Status.Code.RESOURCE_EXHAUSTED,
        FailureCategory.FAILURE_CATEGORY_RESOURCE,
        RATE_LIMITED,
        "too many calls by "
            + caller
            + " (expected: at most "
            + rate
            + " per second; call again in "
            + wait
            + " s)",
        RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(wait)).build());
  }

  private Refusals() {}
}
