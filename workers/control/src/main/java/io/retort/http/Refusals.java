package io.retort.http;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.spec.SpecViolation;
import java.util.List;

/** Errors of requests that no rpc has seen. */
final class Refusals {
  static final String DOMAIN = "retort";
  static final String REQUEST_INVALID = "REQUEST_INVALID";
  static final String RATE_LIMITED = "RATE_LIMITED";

  /** INVALID_ARGUMENT with every violation in a {@code google.rpc.BadRequest}. */
  static StatusRuntimeException invalid(List<SpecViolation> violations) {
    BadRequest.Builder details = BadRequest.newBuilder();
    violations.forEach(
        violation ->
            details.addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(violation.field())
                    .setDescription(violation.description())));
    String first = violations.get(0).toString();
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage(
                violations.size() == 1
                    ? first
                    : first + " (and " + (violations.size() - 1) + " more)")
            .addDetails(Any.pack(details.build()))
            .addDetails(Any.pack(info(REQUEST_INVALID, "USER")))
            .build());
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
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
            .setMessage(
                "too many calls by "
                    + caller
                    + " (expected: at most "
                    + rate
                    + " per second; call again in "
                    + wait
                    + " s)")
            .addDetails(
                Any.pack(
                    RetryInfo.newBuilder()
                        .setRetryDelay(Duration.newBuilder().setSeconds(wait))
                        .build()))
            .addDetails(Any.pack(info(RATE_LIMITED, "RESOURCE")))
            .build());
  }

  private static ErrorInfo info(String reason, String category) {
    return ErrorInfo.newBuilder()
        .setDomain(DOMAIN)
        .setReason(reason)
        .putMetadata("category", category)
        .build();
  }

  private Refusals() {}
}
