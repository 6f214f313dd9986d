package io.retort.pages;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.spec.SpecViolation;
import java.util.ArrayList;
import java.util.List;

/** What a refusal of the API says about fields of the request. */
final class Violations {
  /** Empty for a refusal that is about no field. */
  static List<SpecViolation> of(StatusRuntimeException refusal) {
    com.google.rpc.Status details = StatusProto.fromThrowable(refusal);
    if (details == null || refusal.getStatus().getCode() != Status.Code.INVALID_ARGUMENT) {
      return List.of();
    }
    List<SpecViolation> violations = new ArrayList<>();
    for (Any detail : details.getDetailsList()) {
      if (detail.is(BadRequest.class)) {
        violations.addAll(of(detail));
      }
    }
    return violations;
  }

  /** Of a refusal of the API or of the page itself. */
  static List<SpecViolation> ofRefusal(Throwable thrown) {
    Throwable cause = ErrorView.cause(thrown);
    if (cause instanceof PageException wrong) {
      return wrong.violation().stream().toList();
    }
    return cause instanceof StatusRuntimeException refusal ? of(refusal) : List.of();
  }

  private static List<SpecViolation> of(Any detail) {
    try {
      return detail.unpack(BadRequest.class).getFieldViolationsList().stream()
          .map(one -> new SpecViolation(one.getField(), one.getDescription()))
          .toList();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("details of an error cannot be parsed", e);
    }
  }

  private Violations() {}
}
