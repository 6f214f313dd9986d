package io.retort.trigger;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.temporal.api.common.v1.Memo;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.ListSchedulesRequest;
import io.temporal.api.workflowservice.v1.ListSchedulesResponse;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.UpdateScheduleRequest;
import io.temporal.api.workflowservice.v1.UpdateScheduleResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The calls that follow triggers; each watch follows its signals at once. */
final class FakeTemporal extends WorkflowServiceGrpc.WorkflowServiceImplBase {
  /** Errors by the ids of watches and schedules. */
  final Map<String, Status> refused = new ConcurrentHashMap<>();

  final List<String> signals = new CopyOnWriteArrayList<>();
  final List<String> schedules = new CopyOnWriteArrayList<>();

  /** Changes, also those that were refused. */
  final AtomicInteger attempts = new AtomicInteger();

  private final Map<String, Payload> watches = new ConcurrentHashMap<>();

  @Override
  public void getSystemInfo(
      GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> observer) {
    answer(observer, GetSystemInfoResponse.getDefaultInstance());
  }

  @Override
  public void signalWithStartWorkflowExecution(
      SignalWithStartWorkflowExecutionRequest request,
      StreamObserver<SignalWithStartWorkflowExecutionResponse> observer) {
    if (!isRefused(request.getWorkflowId(), observer)) {
      signals.add(request.getWorkflowId());
      Payload unused =
          watches.put(request.getWorkflowId(), request.getSignalInput().getPayloads(0));
      answer(observer, SignalWithStartWorkflowExecutionResponse.getDefaultInstance());
    }
  }

  @Override
  public void terminateWorkflowExecution(
      TerminateWorkflowExecutionRequest request,
      StreamObserver<TerminateWorkflowExecutionResponse> observer) {
    Payload unused = watches.remove(request.getWorkflowExecution().getWorkflowId());
    answer(observer, TerminateWorkflowExecutionResponse.getDefaultInstance());
  }

  @Override
  public void listWorkflowExecutions(
      ListWorkflowExecutionsRequest request,
      StreamObserver<ListWorkflowExecutionsResponse> observer) {
    answer(
        observer,
        ListWorkflowExecutionsResponse.newBuilder()
            .addAllExecutions(watches.keySet().stream().map(FakeTemporal::info).toList())
            .build());
  }

  @Override
  public void describeWorkflowExecution(
      DescribeWorkflowExecutionRequest request,
      StreamObserver<DescribeWorkflowExecutionResponse> observer) {
    String id = request.getExecution().getWorkflowId();
    answer(
        observer,
        DescribeWorkflowExecutionResponse.newBuilder()
            .setWorkflowExecutionInfo(
                info(id).toBuilder()
                    .setMemo(
                        Memo.newBuilder()
                            .putFields(
                                WatchedTriggerWorkflow.CONFIG,
                                watches.getOrDefault(id, Payload.getDefaultInstance()))))
            .build());
  }

  @Override
  public void listSchedules(
      ListSchedulesRequest request, StreamObserver<ListSchedulesResponse> observer) {
    answer(observer, ListSchedulesResponse.getDefaultInstance());
  }

  @Override
  public void updateSchedule(
      UpdateScheduleRequest request, StreamObserver<UpdateScheduleResponse> observer) {
    if (!isRefused(request.getScheduleId(), observer)) {
      schedules.add(request.getScheduleId());
      answer(observer, UpdateScheduleResponse.getDefaultInstance());
    }
  }

  private boolean isRefused(String id, StreamObserver<?> observer) {
    attempts.incrementAndGet();
    Status status = refused.get(id);
    if (status != null) {
      observer.onError(status.asRuntimeException());
    }
    return status != null;
  }

  private static WorkflowExecutionInfo info(String id) {
    return WorkflowExecutionInfo.newBuilder()
        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(id))
        .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING)
        .build();
  }

  private static <T> void answer(StreamObserver<T> observer, T response) {
    observer.onNext(response);
    observer.onCompleted();
  }
}
