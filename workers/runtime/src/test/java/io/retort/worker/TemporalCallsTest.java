package io.retort.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TemporalCallsTest {
  private final Signals signals = new Signals();

  @Test
  void aWorkflowThatEndsWhileItIsSignalledIsStartedAgain() throws IOException {
    signals.answers.add(Status.NOT_FOUND.withDescription("Completed workflow"));

    signal();

    assertThat(signals.requests).hasSize(2);
    assertThat(signals.requests.get(1)).isEqualTo(signals.requests.get(0));
  }

  @Test
  void whatIsMissingTwiceIsMissing() {
    signals.answers.addAll(List.of(Status.NOT_FOUND, Status.NOT_FOUND));

    assertThatThrownBy(this::signal)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND");
    assertThat(signals.requests).hasSize(2);
  }

  @Test
  void otherErrorsAreNotTriedAgain() {
    signals.answers.add(Status.UNAVAILABLE);

    assertThatThrownBy(this::signal)
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("UNAVAILABLE");
    assertThat(signals.requests).hasSize(1);
  }

  private void signal() throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(signals)
            .build()
            .start();
    WorkflowServiceStubs stubs =
        WorkflowServiceStubs.newServiceStubs(
            WorkflowServiceStubsOptions.newBuilder()
                .setTarget("127.0.0.1:" + server.getPort())
                .build());
    try {
      new TemporalCalls(WorkflowClient.newInstance(stubs))
          .signalWithStart(
              SignalWithStartWorkflowExecutionRequest.newBuilder().setWorkflowId("some"),
              Duration.ofSeconds(30));
    } finally {
      stubs.shutdownNow();
      Server unused = server.shutdownNow();
    }
  }

  /** Answers with the queued errors first. */
  private static final class Signals extends WorkflowServiceGrpc.WorkflowServiceImplBase {
    final Queue<Status> answers = new ConcurrentLinkedQueue<>();
    final List<SignalWithStartWorkflowExecutionRequest> requests = new CopyOnWriteArrayList<>();

    @Override
    public void getSystemInfo(
        GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> observer) {
      observer.onNext(GetSystemInfoResponse.getDefaultInstance());
      observer.onCompleted();
    }

    @Override
    public void signalWithStartWorkflowExecution(
        SignalWithStartWorkflowExecutionRequest request,
        StreamObserver<SignalWithStartWorkflowExecutionResponse> observer) {
      requests.add(request);
      Status error = answers.poll();
      if (error == null) {
        observer.onNext(SignalWithStartWorkflowExecutionResponse.getDefaultInstance());
        observer.onCompleted();
      } else {
        observer.onError(error.asRuntimeException());
      }
    }
  }
}
