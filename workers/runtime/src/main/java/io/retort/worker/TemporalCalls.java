package io.retort.worker;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.activity.TaskQueues;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceFutureStub;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Temporal's own API, with a deadline of each call, where the SDK's client retries for minutes. */
public final class TemporalCalls {
  private final WorkflowClient client;

  public TemporalCalls(WorkflowClient client) {
    this.client = client;
  }

  /** For one call, which throws what Temporal answers. */
  public WorkflowServiceBlockingStub stub(Duration deadline) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Signals a workflow, and starts it if it does not run.
   *
   * @param request without namespace, task queue and request id
   */
  public void signalWithStart(
      SignalWithStartWorkflowExecutionRequest.Builder request, Duration deadline) {
    SignalWithStartWorkflowExecutionRequest complete =
        request
            .setNamespace(namespace())
            .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.RUNS))
            .setRequestId(UUID.randomUUID().toString())
            .build();
    WorkflowServiceBlockingStub stub = stub(deadline);
    try {
      SignalWithStartWorkflowExecutionResponse ignored =
          stub.signalWithStartWorkflowExecution(complete);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
      // It ended between the server's look and its signal: the next look finds it ended.
      SignalWithStartWorkflowExecutionResponse ignored =
          stub.signalWithStartWorkflowExecution(complete);
    }
  }

  /** Without a deadline: the caller sets one. */
  public WorkflowServiceFutureStub futureStub() {
    return client.getWorkflowServiceStubs().futureStub();
  }

  public String namespace() {
    return client.getOptions().getNamespace();
  }

  public Payloads encode(Object argument) {
    return converter().toPayloads(argument).orElseThrow();
  }

  /**
   * The first of the payloads.
   *
   * @throws DataConverterException if it has another type
   */
  public <T> T decode(Payloads payloads, Class<T> type) {
    return converter().fromPayloads(0, Optional.of(payloads), type, type);
  }

  /**
   * @throws DataConverterException if it has another type
   */
  public <T> T decode(Payload payload, Class<T> type) {
    return converter().fromPayload(payload, type, type);
  }

  /** The latest execution of a workflow. */
  public static WorkflowExecution execution(String workflowId) {
    return WorkflowExecution.newBuilder().setWorkflowId(workflowId).build();
  }

  private DataConverter converter() {
    return client.getOptions().getDataConverter();
  }
}
