package io.retort.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.v1.FailureCategory;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A call has failed. The message says what is wrong, with which value, what was expected and what
 * to do; the category says who can do it: {@code FAILURE_CATEGORY_USER} the caller, by another
 * request; the others whoever operates the platform, or time.
 */
public final class RetortException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final String CATEGORY = "FAILURE_CATEGORY_";

  /** gRPC's message for a call whose deadline passed before there was a connection. */
  private static final String NOT_CONNECTED = "was_still_waiting";

  private final Status.Code code;
  private final FailureCategory category;
  private final String reason;
  private final List<Violation> violations;
  private final Optional<Duration> retryAfter;
  private final boolean unreachable;
  private final boolean temporary;

  private RetortException(String message, StatusRuntimeException cause, Details details) {
    super(message, cause);
    code = cause.getStatus().getCode();
    category = details.category(code);
    reason = details.info.map(ErrorInfo::getReason).orElse("");
    violations = details.violations;
    retryAfter = details.retryAfter;
    unreachable = details.unreachable;
    temporary =
        switch (code) {
          case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
          // Without details it is an answer that is too large for the client.
          case RESOURCE_EXHAUSTED -> details.info.isPresent() || retryAfter.isPresent();
          default -> false;
        };
  }

  /** What a call of a stub has thrown. */
  public static RetortException of(StatusRuntimeException thrown) {
    Details details = Details.of(thrown);
    return new RetortException(message(thrown.getStatus(), details), thrown, details);
  }

  static RetortException timeout(String message) {
    return of(Status.DEADLINE_EXCEEDED.withDescription(message).asRuntimeException());
  }

  public Status.Code code() {
    return code;
  }

  public FailureCategory category() {
    return category;
  }

  /** The cause, for programs, such as {@code SPEC_INVALID}; empty where nothing says it. */
  public String reason() {
    return reason;
  }

  /** Every field that was refused. */
  public List<Violation> violations() {
    return violations;
  }

  /** After which the call may be repeated; empty where the answer does not say. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** Whether the same call may succeed later. */
  public boolean isTransient() {
    return temporary;
  }

  /** Whether the call has not reached the control plane. */
  public boolean isUnreachable() {
    return unreachable;
  }

  /** Whether the call was never sent: the client reports an I/O error, or gRPC does. */
  static boolean isUnreachable(Status status) {
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return String.valueOf(status.getDescription()).contains(NOT_CONNECTED);
    }
    if (status.getCode() != Status.Code.UNAVAILABLE) {
      return false;
    }
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static String message(Status status, Details details) {
    String description = status.getDescription();
    if (details.unreachable) {
      return "the control plane cannot be reached: "
          + description
          + " (check its address, the network, and that it runs)";
    }
    if (!details.violations.isEmpty()) {
      return details.violations.stream().map(Violation::toString).collect(Collectors.joining("\n"));
    }
    return description == null
        ? "the control plane answers " + status.getCode() + " and does not say why"
        : description;
  }

  /** What {@code google.rpc} details say of an error. */
  private record Details(
      Optional<ErrorInfo> info,
      List<Violation> violations,
      Optional<Duration> retryAfter,
      boolean unreachable) {
    static Details of(StatusRuntimeException thrown) {
      com.google.rpc.Status error = StatusProto.fromThrowable(thrown);
      List<Any> all = error == null ? List.of() : error.getDetailsList();
      Optional<ErrorInfo> info = find(all, ErrorInfo.class);
      return new Details(
          info,
          find(all, BadRequest.class).stream()
              .flatMap(request -> request.getFieldViolationsList().stream())
              .map(found -> new Violation(found.getField(), found.getDescription()))
              .toList(),
          find(all, RetryInfo.class)
              .map(RetryInfo::getRetryDelay)
              .map(delay -> Duration.ofSeconds(delay.getSeconds(), delay.getNanos())),
          info.isEmpty() && isUnreachable(thrown.getStatus()));
    }

    FailureCategory category(Status.Code code) {
      String name = info.map(found -> found.getMetadataOrDefault("category", "")).orElse("");
      return Arrays.stream(FailureCategory.values())
          .filter(category -> category.name().equals(CATEGORY + name))
          .findFirst()
          .orElseGet(() -> ofCode(code));
    }

    private static <T extends Message> Optional<T> find(List<Any> all, Class<T> type) {
      for (Any any : all) {
        if (any.is(type)) {
          try {
            return Optional.of(any.unpack(type));
          } catch (InvalidProtocolBufferException e) {
            // The status itself is known; a detail that is none adds nothing to it.
            return Optional.empty();
          }
        }
      }
      return Optional.empty();
    }

    private static FailureCategory ofCode(Status.Code code) {
      return switch (code) {
        case INVALID_ARGUMENT,
            NOT_FOUND,
            ALREADY_EXISTS,
            PERMISSION_DENIED,
            FAILED_PRECONDITION,
            ABORTED,
            OUT_OF_RANGE,
            UNAUTHENTICATED,
            CANCELLED,
            UNIMPLEMENTED ->
            FailureCategory.FAILURE_CATEGORY_USER;
        case RESOURCE_EXHAUSTED -> FailureCategory.FAILURE_CATEGORY_RESOURCE;
        case DEADLINE_EXCEEDED -> FailureCategory.FAILURE_CATEGORY_TIMEOUT;
        case OK, UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS ->
            FailureCategory.FAILURE_CATEGORY_PLATFORM;
      };
    }
  }
}
