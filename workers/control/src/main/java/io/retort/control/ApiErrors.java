package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.store.CorruptArtifactException;
import io.retort.store.StoreRefusedException;
import io.retort.v1.FailureCategory;
import io.retort.v1.RunDeletion;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Maps failures to errors of the API. */
final class ApiErrors {
  /** INVALID_ARGUMENT with every violation in a {@code google.rpc.BadRequest}. */
  static StatusRuntimeException invalid(SpecException exception) {
    return RpcFailures.invalid("SPEC_INVALID", exception.violations());
  }

  static StatusRuntimeException invalid(String field, String description) {
    return invalid(List.of(new SpecViolation(field, description)));
  }

  static StatusRuntimeException invalid(List<SpecViolation> violations) {
    return RpcFailures.invalid(RpcFailures.REQUEST_INVALID, violations);
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

  static StatusRuntimeException live(String runId, String phase) {
    return Status.FAILED_PRECONDITION
        .withDescription("run " + runId + ": " + phase + " (expected: a run that has ended)")
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

  static StatusRuntimeException deleted(String runId, RunDeletion deletion) {
    return Status.NOT_FOUND
        .withDescription(
            "run: "
                + runId
                + " was deleted at "
                + Timestamps.toString(deletion.getDeletedAt())
                + " by "
                + deletion.getDeletedBy()
                + " (expected: the id of a run; `retort runs list` shows them)")
        .asRuntimeException();
  }

  static StatusRuntimeException requestOfDeleted(String requestId, String runId) {
    return Status.ALREADY_EXISTS
        .withDescription(
            "request_id: "
                + requestId
                + " has started run "
                + runId
                + ", which is deleted (expected: a request_id of its own for each request)")
        .asRuntimeException();
  }

  static StatusRuntimeException requestReused(String requestId, String runId) {
    return failure(
        Status.Code.ALREADY_EXISTS,
        FailureCategory.FAILURE_CATEGORY_USER,
        "REQUEST_ID_REUSED",
        "request_id: "
            + requestId
            + " has started run "
            + runId
            + " from another request (expected: a request_id of its own for each request)",
        null);
  }

  /**
   * UNAVAILABLE; FAILED_PRECONDITION if a person has to set up the store correctly first; DATA_LOSS
   * for an object that cannot be parsed, where a retry does not help.
   */
  static StatusRuntimeException store(String attempt, IOException cause) {
    String message = "cannot " + attempt + ": " + cause.getMessage();
    if (cause instanceof CorruptArtifactException) {
      return store(Status.Code.DATA_LOSS, message + " (restore the object)", cause);
    }
    return store(
        cause instanceof StoreRefusedException
            ? Status.Code.FAILED_PRECONDITION
            : Status.Code.UNAVAILABLE,
        message,
        cause);
  }

  private static StatusRuntimeException store(Status.Code code, String message, IOException cause) {
    return failure(code, FailureCategory.FAILURE_CATEGORY_PLATFORM, "STORE", message, cause);
  }

  /**
   * An error with a {@code google.rpc.ErrorInfo}, by which clients distinguish an error of the
   * control plane from a failed connection.
   */
  static StatusRuntimeException failure(
      Status.Code code,
      FailureCategory category,
      String reason,
      String message,
      @Nullable Throwable cause) {
    StatusRuntimeException answer = RpcFailures.of(code, category, reason, message);
    if (cause != null) {
      answer.addSuppressed(cause);
    }
    return answer;
  }

  /** Whether this class made the error, and not a server that the control plane called. */
  static boolean isOwn(StatusRuntimeException thrown) {
    return RpcFailures.isOwn(thrown);
  }

  private ApiErrors() {}
}
