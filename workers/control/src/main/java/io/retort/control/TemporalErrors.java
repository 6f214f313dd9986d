package io.retort.control;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.FailureCategory;
import io.temporal.api.errordetails.v1.NamespaceNotFoundFailure;
import io.temporal.serviceclient.StatusUtils;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Maps Temporal's refusals to errors of the API. Transient ones keep a code that callers retry:
 * UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED. Refusals that a person has to resolve become
 * FAILED_PRECONDITION, whatever code Temporal uses, because Temporal refused the control plane and
 * not its caller.
 */
final class TemporalErrors {
  /**
   * @param attempt description of the request for people: "start run a"
   * @param thrown a status from Temporal, or the SDK's exception for one
   */
  static StatusRuntimeException of(String attempt, String namespace, Throwable thrown) {
    StatusRuntimeException refusal = refusal(thrown);
    if (refusal == null) {
      return answer(
          Status.Code.INTERNAL,
          FailureCategory.FAILURE_CATEGORY_PLATFORM,
          "cannot " + attempt + ": " + thrown + " (see the log of the control plane)",
          thrown);
    }
    String description = String.valueOf(refusal.getStatus().getDescription());
    String cannot = "cannot " + attempt + ": ";
    return switch (refusal.getStatus().getCode()) {
      case UNAVAILABLE, CANCELLED, ABORTED ->
          answer(
              Status.Code.UNAVAILABLE,
              FailureCategory.FAILURE_CATEGORY_PLATFORM,
              cannot
                  + "Temporal does not answer: "
                  + description
                  + " (expected: a server at TEMPORAL_ADDRESS of the control plane; try again)",
              refusal);
      case DEADLINE_EXCEEDED ->
          answer(
              Status.Code.DEADLINE_EXCEEDED,
              FailureCategory.FAILURE_CATEGORY_TIMEOUT,
              cannot + "Temporal has not answered in time: " + description + " (try again)",
              refusal);
      case RESOURCE_EXHAUSTED ->
          answer(
              Status.Code.RESOURCE_EXHAUSTED,
              FailureCategory.FAILURE_CATEGORY_RESOURCE,
              cannot
                  + "a limit of Temporal is reached: "
                  + description
                  + " (try again later, or raise the limits of namespace "
                  + namespace
                  + ")",
              refusal);
      case PERMISSION_DENIED, UNAUTHENTICATED ->
          setup(
              cannot
                  + "Temporal refuses the credentials of the control plane for namespace "
                  + namespace
                  + ": "
                  + description
                  + " (expected: TEMPORAL_API_KEY or TEMPORAL_TLS_* of the control plane that may"
                  + " read and write there)",
              refusal);
      case NOT_FOUND ->
          isNamespaceNotFound(refusal)
              ? setup(
                  cannot
                      + "Temporal has no namespace "
                      + namespace
                      + " (set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create"
                      + " --namespace "
                      + namespace
                      + ")",
                  refusal)
              : answer(
                  Status.Code.NOT_FOUND,
                  FailureCategory.FAILURE_CATEGORY_USER,
                  cannot + description,
                  refusal);
      case UNIMPLEMENTED ->
          setup(
              cannot
                  + "the Temporal server lacks the call: "
                  + description
                  + " (expected: a later version of the server, with updates and advanced"
                  + " visibility)",
              refusal);
      case INVALID_ARGUMENT ->
          lacksSearchAttribute(description)
              ? setup(
                  cannot
                      + description
                      + " (create those that docs/clusters.md names under \"A Temporal cluster\":"
                      + " temporal operator search-attribute create --namespace "
                      + namespace
                      + " --name NAME --type Keyword)",
                  refusal)
              : answer(
                  Status.Code.INVALID_ARGUMENT,
                  FailureCategory.FAILURE_CATEGORY_USER,
                  cannot + "Temporal refuses the request: " + description,
                  refusal);
      case FAILED_PRECONDITION, OUT_OF_RANGE, ALREADY_EXISTS ->
          answer(
              Status.Code.FAILED_PRECONDITION,
              FailureCategory.FAILURE_CATEGORY_PLATFORM,
              cannot + "Temporal refuses the request: " + description,
              refusal);
      case OK, UNKNOWN, INTERNAL, DATA_LOSS ->
          answer(
              Status.Code.INTERNAL,
              FailureCategory.FAILURE_CATEGORY_PLATFORM,
              cannot
                  + "Temporal has failed: "
                  + refusal.getStatus().getCode()
                  + ": "
                  + description
                  + " (see the log of the Temporal server)",
              refusal);
    };
  }

  /** Whether the workflow does not exist; false if the namespace does not exist. */
  static boolean isWorkflowNotFound(StatusRuntimeException thrown) {
    return thrown.getStatus().getCode() == Status.Code.NOT_FOUND && !isNamespaceNotFound(thrown);
  }

  /** Whether a retry of the call may succeed. */
  static boolean isTransient(Status.Code code) {
    return code == Status.Code.UNAVAILABLE
        || code == Status.Code.DEADLINE_EXCEEDED
        || code == Status.Code.RESOURCE_EXHAUSTED;
  }

  private static boolean isNamespaceNotFound(StatusRuntimeException thrown) {
    String description =
        String.valueOf(thrown.getStatus().getDescription()).toLowerCase(Locale.ROOT);
    return StatusUtils.hasFailure(thrown, NamespaceNotFoundFailure.class)
        || (description.startsWith("namespace") && description.contains("not found"));
  }

  private static boolean lacksSearchAttribute(String description) {
    String lower = description.toLowerCase(Locale.ROOT);
    return lower.contains("search attribute") || lower.contains("no mapping defined");
  }

  private static @Nullable StatusRuntimeException refusal(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof StatusRuntimeException status) {
        return status;
      }
    }
    return null;
  }

  private static StatusRuntimeException setup(String message, Throwable cause) {
    return answer(
        Status.Code.FAILED_PRECONDITION, FailureCategory.FAILURE_CATEGORY_PLATFORM, message, cause);
  }

  private static StatusRuntimeException answer(
      Status.Code code, FailureCategory category, String message, Throwable cause) {
    return ApiErrors.failure(code, category, "TEMPORAL", message, cause);
  }

  private TemporalErrors() {}
}
