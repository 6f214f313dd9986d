package io.retort.cli;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the control plane's refusals say, for people. */
final class RpcErrors {
  static String describe(StatusRuntimeException thrown) {
    if (thrown.getStatus().getCode() == Code.UNAVAILABLE) {
      return "the control plane cannot be reached: "
          + thrown.getStatus().getDescription()
          + " (start the local stack with: retort up)";
    }
    BadRequest violations = violations(thrown);
    if (violations != null) {
      return "the spec cannot be run:\n"
          + violations.getFieldViolationsList().stream()
              .map(violation -> "  " + violation.getField() + ": " + violation.getDescription())
              .collect(Collectors.joining("\n"));
    }
    return String.valueOf(thrown.getStatus().getDescription());
  }

  static boolean isWrongUse(StatusRuntimeException thrown) {
    Code code = thrown.getStatus().getCode();
    return code == Code.INVALID_ARGUMENT || code == Code.NOT_FOUND;
  }

  private static @Nullable BadRequest violations(StatusRuntimeException thrown) {
    Status status = StatusProto.fromThrowable(thrown);
    if (status == null) {
      return null;
    }
    for (Any detail : status.getDetailsList()) {
      if (detail.is(BadRequest.class)) {
        try {
          return detail.unpack(BadRequest.class);
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("a BadRequest that is none", e);
        }
      }
    }
    return null;
  }

  private RpcErrors() {}
}
