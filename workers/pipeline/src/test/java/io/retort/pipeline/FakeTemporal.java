package io.retort.pipeline;

import com.google.protobuf.Timestamp;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeNamespaceResponse;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueResponse;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollActivityTaskQueueResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueRequest;
import io.temporal.api.workflowservice.v1.PollWorkflowTaskQueueResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A Temporal server without tasks that refuses polls until a test lets it accept them. */
final class FakeTemporal extends WorkflowServiceGrpc.WorkflowServiceImplBase
    implements AutoCloseable {
  /** Message of a refused poll. */
  static final String REFUSAL = "no polls yet";

  private final Map<String, String> identities = new ConcurrentHashMap<>();
  private final Server server;
  private volatile boolean takes;

  FakeTemporal() throws IOException {
    HealthStatusManager health = new HealthStatusManager();
    health.setStatus(
        "temporal.api.workflowservice.v1.WorkflowService",
        io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING);
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .addService(health.getHealthService())
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  void takePolls() {
    takes = true;
  }

  @Override
  public void getSystemInfo(
      GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> observer) {
    observer.onNext(GetSystemInfoResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public void describeNamespace(
      DescribeNamespaceRequest request, StreamObserver<DescribeNamespaceResponse> observer) {
    observer.onNext(DescribeNamespaceResponse.getDefaultInstance());
    observer.onCompleted();
  }

  @Override
  public void pollWorkflowTaskQueue(
      PollWorkflowTaskQueueRequest request,
      StreamObserver<PollWorkflowTaskQueueResponse> observer) {
    poll(
        request.getTaskQueue().getName() + TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        request.getIdentity(),
        observer);
  }

  @Override
  public void pollActivityTaskQueue(
      PollActivityTaskQueueRequest request,
      StreamObserver<PollActivityTaskQueueResponse> observer) {
    poll(
        request.getTaskQueue().getName() + TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        request.getIdentity(),
        observer);
  }

  @Override
  public void describeTaskQueue(
      DescribeTaskQueueRequest request, StreamObserver<DescribeTaskQueueResponse> observer) {
    DescribeTaskQueueResponse.Builder response = DescribeTaskQueueResponse.newBuilder();
    String identity = identities.get(request.getTaskQueue().getName() + request.getTaskQueueType());
    if (identity != null) {
      response.addPollers(
          PollerInfo.newBuilder()
              .setIdentity(identity)
              .setLastAccessTime(Timestamp.newBuilder().setSeconds(1)));
    }
    observer.onNext(response.build());
    observer.onCompleted();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private void poll(String queue, String identity, StreamObserver<?> observer) {
    if (takes) {
      // The poll is never answered.
      identities.put(queue, identity);
      return;
    }
    observer.onError(Status.PERMISSION_DENIED.withDescription(REFUSAL).asException());
  }
}
