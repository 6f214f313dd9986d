package io.retort.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.RunServiceGrpc;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class RpcErrorsTest {
  private static final String UNREACHABLE = "the control plane cannot be reached";

  @Test
  void whatTheControlPlaneSaysOfTemporalIsNoLostConnection() {
    for (Status.Code code :
        new Status.Code[] {Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED}) {
      assertThat(RpcErrors.describe(answer(code, "TEMPORAL", "Temporal does not answer")))
          .isEqualTo("Temporal does not answer");
    }
    assertThat(
            RpcErrors.describe(
                Status.UNAVAILABLE
                    .withDescription("the control plane is shutting down; watch again")
                    .asRuntimeException()))
        .isEqualTo("the control plane is shutting down; watch again");
  }

  @Test
  void tellsFieldsOfTheSpecFromFieldsOfTheRequest() {
    assertThat(RpcErrors.describe(violation("SPEC_INVALID", "seed")))
        .isEqualTo("the spec cannot be run:\n  seed: 13 (expected: luck)");
    assertThat(RpcErrors.describe(violation("REQUEST_INVALID", "page_size")))
        .isEqualTo("the control plane refuses the request:\n  page_size: 13 (expected: luck)");
  }

  @Test
  void tellsAnAddressThatNobodyListensOn() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    assertThat(RpcErrors.describe(call(port, 30_000))).startsWith(UNREACHABLE);
  }

  @Test
  void tellsAnAddressThatDoesNotSpeakTheProtocol() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(RpcErrors.describe(call(silent.getLocalPort(), 500))).startsWith(UNREACHABLE);
    }
  }

  private static StatusRuntimeException call(int port, long milliseconds) {
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget("127.0.0.1:" + port).usePlaintext().build();
    try {
      return catchThrowableOfType(
          StatusRuntimeException.class,
          () ->
              RunServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(milliseconds, TimeUnit.MILLISECONDS)
                  .listRuns(ListRunsRequest.getDefaultInstance()));
    } finally {
      channel.shutdownNow();
    }
  }

  private static StatusRuntimeException answer(Status.Code code, String reason, String message) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addDetails(Any.pack(info(reason)))
            .build());
  }

  private static StatusRuntimeException violation(String reason, String field) {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.INVALID_ARGUMENT.value())
            .addDetails(
                Any.pack(
                    BadRequest.newBuilder()
                        .addFieldViolations(
                            BadRequest.FieldViolation.newBuilder()
                                .setField(field)
                                .setDescription("13 (expected: luck)"))
                        .build()))
            .addDetails(Any.pack(info(reason)))
            .build());
  }

  private static ErrorInfo info(String reason) {
    return ErrorInfo.newBuilder().setDomain("retort").setReason(reason).build();
  }
}
