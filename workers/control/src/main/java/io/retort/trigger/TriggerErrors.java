package io.retort.trigger;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecViolation;
import io.retort.store.CorruptArtifactException;
import io.retort.store.StoreRefusedException;
import io.retort.v1.FailureCategory;
import java.io.IOException;
import java.util.List;

/** Errors of the API about triggers. */
final class TriggerErrors {
  static StatusRuntimeException invalid(List<SpecViolation> violations) {
    return RpcFailures.invalid(RpcFailures.REQUEST_INVALID, violations);
  }

  static StatusRuntimeException notFound(String name) {
    return RpcFailures.user(Status.Code.NOT_FOUND, "TRIGGER_NOT_FOUND", notFoundMessage(name));
  }

  /** The message of {@link #notFound}. */
  static String notFoundMessage(String name) {
    return "trigger: " + name + " (expected: one that `retort triggers list` shows)";
  }

  static StatusRuntimeException changed(String name, long revision, long expected) {
    return RpcFailures.user(
        Status.Code.ABORTED,
        "TRIGGER_CHANGED",
        "trigger "
            + name
            + ": revision "
            + revision
            + " (expected: "
            + expected
            + ", as in the request; look at it and set it again)");
  }

  static StatusRuntimeException paused(String name, String by) {
    return RpcFailures.user(
        Status.Code.FAILED_PRECONDITION,
        "TRIGGER_PAUSED",
        "trigger "
            + name
            + ": paused by "
            + by
            + " (expected: one that is not; `retort triggers resume "
            + name
            + "`)");
  }

  static StatusRuntimeException reused(String requestId) {
    return RpcFailures.user(
        Status.Code.ALREADY_EXISTS,
        "REQUEST_ID_REUSED",
        "request_id: "
            + requestId
            + " has fired with another payload (expected: a request_id of its own for each"
            + " request)");
  }

  static StatusRuntimeException store(String attempt, IOException cause) {
    Status.Code code =
        cause instanceof CorruptArtifactException
            ? Status.Code.DATA_LOSS
            : cause instanceof StoreRefusedException
                ? Status.Code.FAILED_PRECONDITION
                : Status.Code.UNAVAILABLE;
    StatusRuntimeException error =
        RpcFailures.of(
            code,
            FailureCategory.FAILURE_CATEGORY_PLATFORM,
            "STORE",
            "cannot " + attempt + ": " + cause.getMessage());
    error.addSuppressed(cause);
    return error;
  }

  /** Who can do something about an error. */
  static FailureCategory category(StatusRuntimeException thrown) {
    return RpcFailures.category(thrown)
        .orElseGet(
            () ->
                switch (thrown.getStatus().getCode()) {
                  case INVALID_ARGUMENT,
                      NOT_FOUND,
                      ALREADY_EXISTS,
                      FAILED_PRECONDITION,
                      OUT_OF_RANGE ->
                      FailureCategory.FAILURE_CATEGORY_USER;
                  default -> FailureCategory.FAILURE_CATEGORY_PLATFORM;
                });
  }

  /** The violations of an error; one of the whole request where it has none. */
  static List<SpecViolation> violations(StatusRuntimeException thrown) {
    List<SpecViolation> stated = RpcFailures.violations(thrown);
    return stated.isEmpty()
        ? List.of(new SpecViolation("", String.valueOf(thrown.getStatus().getDescription())))
        : stated;
  }

  private TriggerErrors() {}
}
