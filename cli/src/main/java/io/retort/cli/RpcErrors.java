package io.retort.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.output.ExitCode;
import java.io.IOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Messages for errors of the control plane. */
final class RpcErrors {
  /** The reason of an {@code ErrorInfo} whose violations are fields of the spec. */
  private static final String SPEC_INVALID = "SPEC_INVALID";

  /** gRPC's message for a call whose deadline passed before there was a connection. */
  private static final String NOT_CONNECTED = "was_still_waiting";

  /**
   * A message that depends on where the failure occurred: before the control plane was reached, or
   * in its response.
   */
  static String describe(StatusRuntimeException thrown) {
    if (isUnreachable(thrown)) {
      return "the control plane cannot be reached: "
          + thrown.getStatus().getDescription()
          + " (check RETORT_CONTROL_ADDRESS or retort login, and the network; a local stack starts with: retort up)";
    }
    BadRequest violations = detail(thrown, BadRequest.class);
    if (violations != null) {
      return (isOfSpec(thrown)
              ? "the spec cannot be run:\n"
              : "the control plane refuses the request:\n")
          + violations.getFieldViolationsList().stream()
              .map(violation -> "  " + violation.getField() + ": " + violation.getDescription())
              .collect(Collectors.joining("\n"));
    }
    String description = thrown.getStatus().getDescription();
    return description == null
        ? "the control plane answers " + thrown.getStatus().getCode() + " and does not say why"
        : description;
  }

  /** Whether a retry of the call may succeed. */
  static boolean isTransient(StatusRuntimeException thrown) {
    Code code = thrown.getStatus().getCode();
    return code == Code.UNAVAILABLE
        || code == Code.DEADLINE_EXCEEDED
        || code == Code.RESOURCE_EXHAUSTED;
  }

  /** What a command exits with when the call fails. */
  static ExitCode exitCode(StatusRuntimeException thrown) {
    return switch (thrown.getStatus().getCode()) {
      case INVALID_ARGUMENT -> isOfSpec(thrown) ? ExitCode.SPEC_INVALID : ExitCode.USAGE;
      case OUT_OF_RANGE -> ExitCode.USAGE;
      case NOT_FOUND -> ExitCode.NOT_FOUND;
      case FAILED_PRECONDITION, ALREADY_EXISTS, ABORTED -> ExitCode.REFUSED;
      case UNAUTHENTICATED, PERMISSION_DENIED -> ExitCode.FORBIDDEN;
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED -> ExitCode.UNREACHABLE;
      case OK, CANCELLED, UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS -> ExitCode.FAILED;
    };
  }

  private static boolean isOfSpec(StatusRuntimeException thrown) {
    ErrorInfo info = detail(thrown, ErrorInfo.class);
    return info == null
        ? detail(thrown, BadRequest.class) != null
        : info.getReason().equals(SPEC_INVALID);
  }

  /** Whether the call was never sent: the client reports an I/O error, or gRPC does. */
  private static boolean isUnreachable(StatusRuntimeException thrown) {
    if (detail(thrown, ErrorInfo.class) != null) {
      return false;
    }
    if (thrown.getStatus().getCode() == Code.DEADLINE_EXCEEDED) {
      return String.valueOf(thrown.getStatus().getDescription()).contains(NOT_CONNECTED);
    }
    if (thrown.getStatus().getCode() != Code.UNAVAILABLE) {
      return false;
    }
    for (Throwable cause = thrown.getStatus().getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return true;
      }
    }
    return false;
  }

  private static <T extends Message> @Nullable T detail(
      StatusRuntimeException thrown, Class<T> type) {
    Status status = StatusProto.fromThrowable(thrown);
    if (status == null) {
      return null;
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(type)) {
        try {
          return detail.unpack(type);
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("a " + type.getSimpleName() + " that is none", e);
        }
      }
    }
    return null;
  }

  private RpcErrors() {}
}
