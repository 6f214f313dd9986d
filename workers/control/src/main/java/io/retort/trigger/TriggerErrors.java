package io.retort.trigger;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.enums.EnumText;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecViolation;
import io.retort.store.CorruptArtifactException;
import io.retort.store.StoreRefusedException;
import io.retort.v1.FailureCategory;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Errors of the API about triggers. */
final class TriggerErrors {
  static StatusRuntimeException invalid(List<SpecViolation> violations) {
    return RpcFailures.invalid(RpcFailures.REQUEST_INVALID, violations);
  }

  static StatusRuntimeException notFound(String name) {
    return user(Status.Code.NOT_FOUND, "TRIGGER_NOT_FOUND", notFoundMessage(name));
  }

  /** The message of {@link #notFound}. */
  static String notFoundMessage(String name) {
    return "trigger: " + name + " (expected: one that `retort triggers list` shows)";
  }

  static StatusRuntimeException ofOtherTeam(String name) {
    return user(
        Status.Code.PERMISSION_DENIED,
        "PERMISSION_DENIED",
        "trigger "
            + name
            + ": another team has it now (expected: one of a team in which you are operator, or"
            + " another name)");
  }

  static StatusRuntimeException changed(String name, long revision, long expected) {
    return user(
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
    return user(
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
    return user(
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
    Optional<String> stated =
        detail(thrown, ErrorInfo.class)
            .map(info -> info.getMetadataOrDefault("category", ""))
            .filter(text -> !text.isEmpty());
    for (FailureCategory category : FailureCategory.values()) {
      if (category != FailureCategory.UNRECOGNIZED
          && stated.equals(Optional.of(EnumText.shortName(category)))) {
        return category;
      }
    }
    return switch (thrown.getStatus().getCode()) {
      case INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE ->
          FailureCategory.FAILURE_CATEGORY_USER;
      default -> FailureCategory.FAILURE_CATEGORY_PLATFORM;
    };
  }

  /** The violations of an error; one of the whole request where it has none. */
  static List<SpecViolation> violations(StatusRuntimeException thrown) {
    return detail(thrown, BadRequest.class)
        .map(
            request ->
                request.getFieldViolationsList().stream()
                    .map(one -> new SpecViolation(one.getField(), one.getDescription()))
                    .toList())
        .orElseGet(
            () ->
                List.of(
                    new SpecViolation("", String.valueOf(thrown.getStatus().getDescription()))));
  }

  private static <T extends com.google.protobuf.Message> Optional<T> detail(
      StatusRuntimeException thrown, Class<T> type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    if (status != null) {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(type)) {
          try {
            return Optional.of(detail.unpack(type));
          } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
          }
        }
      }
    }
    return Optional.empty();
  }

  private static StatusRuntimeException user(Status.Code code, String reason, String message) {
    return RpcFailures.of(code, FailureCategory.FAILURE_CATEGORY_USER, reason, message);
  }

  private TriggerErrors() {}
}
