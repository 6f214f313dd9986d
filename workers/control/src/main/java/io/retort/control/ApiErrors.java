package io.retort.control;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import java.util.List;
import java.util.Set;

/** Answers of the API to what cannot be done. */
final class ApiErrors {
  /** INVALID_ARGUMENT with every violation in a {@code google.rpc.BadRequest}. */
  static StatusRuntimeException invalid(SpecException exception) {
    return invalid(exception.violations());
  }

  static StatusRuntimeException invalid(String field, String description) {
    return invalid(List.of(new SpecViolation(field, description)));
  }

  static StatusRuntimeException notFound(String runId) {
    return Status.NOT_FOUND
        .withDescription(
            "run: " + runId + " (expected: the id of a run; `retort runs list` shows them)")
        .asRuntimeException();
  }

  static StatusRuntimeException terminal(String runId, String phase) {
    return Status.FAILED_PRECONDITION
        .withDescription("run " + runId + ": " + phase + " (expected: a run that has not ended)")
        .asRuntimeException();
  }

  static StatusRuntimeException precondition(String message, Throwable cause) {
    return Status.FAILED_PRECONDITION
        .withDescription(message)
        .withCause(cause)
        .asRuntimeException();
  }

  static StatusRuntimeException runsAreLive(Set<String> runIds) {
    return Status.FAILED_PRECONDITION
        .withDescription(
            "live runs: "
                + String.join(", ", runIds)
                + " (expected: none while something is deleted; wait for them, or cancel them)")
        .asRuntimeException();
  }

  static StatusRuntimeException requestReused(String requestId, String runId) {
    return Status.ALREADY_EXISTS
        .withDescription(
            "request_id: "
                + requestId
                + " has started run "
                + runId
                + " from another spec (expected: a request_id of its own for each request)")
        .asRuntimeException();
  }

  static StatusRuntimeException unavailable(String what, Throwable cause) {
    return Status.UNAVAILABLE
        .withDescription(what + ": " + cause.getMessage())
        .withCause(cause)
        .asRuntimeException();
  }

  private static StatusRuntimeException invalid(List<SpecViolation> violations) {
    BadRequest.Builder details = BadRequest.newBuilder();
    for (SpecViolation violation : violations) {
      details.addFieldViolations(
          BadRequest.FieldViolation.newBuilder()
              .setField(violation.field())
              .setDescription(violation.description()));
    }
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT_VALUE)
            .setMessage(summary(violations))
            .addDetails(Any.pack(details.build()))
            .build());
  }

  private static String summary(List<SpecViolation> violations) {
    String first = violations.get(0).toString();
    return violations.size() == 1 ? first : first + " (and " + (violations.size() - 1) + " more)";
  }

  private ApiErrors() {}
}
