package io.retort.cli;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.client.RetortException;
import io.retort.output.ExitCode;
import java.util.stream.Collectors;

/** Messages for errors of the control plane. */
final class RpcErrors {
  /** The reason of an {@code ErrorInfo} whose violations are fields of the spec. */
  private static final String SPEC_INVALID = "SPEC_INVALID";

  /**
   * A message that depends on where the failure occurred: before the control plane was reached, or
   * in its response.
   */
  static String describe(RetortException thrown) {
    if (thrown.isUnreachable()) {
      return "the control plane cannot be reached: "
          + status(thrown).getDescription()
          + " (check RETORT_CONTROL_ADDRESS or retort login, and the network; a local stack starts with: retort up)";
    }
    if (!thrown.violations().isEmpty()) {
      return (isOfSpec(thrown)
              ? "the spec cannot be run:\n"
              : "the control plane refuses the request:\n")
          + thrown.violations().stream()
              .map(violation -> "  " + violation)
              .collect(Collectors.joining("\n"));
    }
    return String.valueOf(thrown.getMessage());
  }

  static String describe(StatusRuntimeException thrown) {
    return describe(RetortException.of(thrown));
  }

  /** What a command exits with when the call fails. */
  static ExitCode exitCode(RetortException thrown) {
    return switch (thrown.code()) {
      case INVALID_ARGUMENT -> isOfSpec(thrown) ? ExitCode.SPEC_INVALID : ExitCode.USAGE;
      case OUT_OF_RANGE -> ExitCode.USAGE;
      case NOT_FOUND -> ExitCode.NOT_FOUND;
      case FAILED_PRECONDITION, ALREADY_EXISTS, ABORTED -> ExitCode.REFUSED;
      case UNAUTHENTICATED, PERMISSION_DENIED -> ExitCode.FORBIDDEN;
      case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED -> ExitCode.UNREACHABLE;
      case OK, CANCELLED, UNKNOWN, UNIMPLEMENTED, INTERNAL, DATA_LOSS -> ExitCode.FAILED;
    };
  }

  private static boolean isOfSpec(RetortException thrown) {
    return thrown.reason().isEmpty()
        ? !thrown.violations().isEmpty()
        : thrown.reason().equals(SPEC_INVALID);
  }

  private static Status status(RetortException thrown) {
    return Status.fromThrowable(thrown);
  }

  private RpcErrors() {}
}
