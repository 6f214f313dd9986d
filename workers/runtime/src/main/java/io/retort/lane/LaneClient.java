package io.retort.lane;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.activity.TaskQueues;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneEntry;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Meta;
import io.temporal.api.update.v1.Outcome;
import io.temporal.api.update.v1.Request;
import io.temporal.api.update.v1.WaitPolicy;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.UpdateWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverter;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Calls to the workflows of lanes; each has a deadline and throws what Temporal answers. */
public final class LaneClient {
  private static final String IDENTITY = "retort-lanes";

  private final WorkflowClient client;
  private final Duration deadline;

  public LaneClient(WorkflowClient client, Duration deadline) {
    this.client = client;
    this.deadline = deadline;
  }

  /** Asks for a slot, and starts the lane's workflow unless it runs. */
  public void enter(LaneEntry entry) {
    signal(entry.getConfig(), LaneWorkflow.ENTER, entry);
  }

  /** Tells the lane its policy, and starts its workflow unless it runs. */
  public void configure(LaneConfig config) {
    signal(config, LaneWorkflow.CONFIGURE, config);
  }

  /** Empty if the lane has no workflow yet. */
  public Optional<Lane> state(String name) {
    try {
      return Optional.of(
          lane(
              stub()
                  .queryWorkflow(
                      QueryWorkflowRequest.newBuilder()
                          .setNamespace(namespace())
                          .setExecution(execution(name))
                          .setQuery(WorkflowQuery.newBuilder().setQueryType(LaneWorkflow.STATE))
                          .build())
                  .getQueryResult()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /**
   * Lets the runs behind a failed run start.
   *
   * @throws LaneNotBlockedException with the workflow's reason
   */
  public Lane unblock(String name) throws LaneNotBlockedException {
    UpdateWorkflowExecutionRequest request =
        UpdateWorkflowExecutionRequest.newBuilder()
            .setNamespace(namespace())
            .setWorkflowExecution(execution(name))
            .setWaitPolicy(
                WaitPolicy.newBuilder()
                    .setLifecycleStage(
                        UpdateWorkflowExecutionLifecycleStage
                            .UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED))
            .setRequest(
                Request.newBuilder()
                    .setMeta(
                        Meta.newBuilder()
                            .setUpdateId(UUID.randomUUID().toString())
                            .setIdentity(IDENTITY))
                    .setInput(Input.newBuilder().setName(LaneWorkflow.UNBLOCK)))
            .build();
    Outcome outcome = stub().updateWorkflowExecution(request).getOutcome();
    return switch (outcome.getValueCase()) {
      case SUCCESS -> lane(outcome.getSuccess());
      case FAILURE -> throw new LaneNotBlockedException(outcome.getFailure().getMessage());
      case VALUE_NOT_SET ->
          throw Status.DEADLINE_EXCEEDED
              .withDescription("no pipeline worker has answered")
              .asRuntimeException();
    };
  }

  private void signal(LaneConfig config, String signal, Object argument) {
    SignalWithStartWorkflowExecutionResponse ignored =
        stub()
            .signalWithStartWorkflowExecution(
                SignalWithStartWorkflowExecutionRequest.newBuilder()
                    .setNamespace(namespace())
                    .setWorkflowId(LaneWorkflow.id(config.getName()))
                    .setWorkflowType(WorkflowType.newBuilder().setName(LaneWorkflow.TYPE))
                    .setTaskQueue(TaskQueue.newBuilder().setName(TaskQueues.RUNS))
                    .setInput(payloads(Lane.newBuilder().setConfig(config).build()))
                    .setSignalName(signal)
                    .setSignalInput(payloads(argument))
                    .setIdentity(IDENTITY)
                    .setRequestId(UUID.randomUUID().toString())
                    .build());
  }

  private Lane lane(Payloads payloads) {
    return converter().fromPayloads(0, Optional.of(payloads), Lane.class, Lane.class);
  }

  private Payloads payloads(Object argument) {
    return converter().toPayloads(argument).orElseThrow();
  }

  private WorkflowServiceBlockingStub stub() {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private DataConverter converter() {
    return client.getOptions().getDataConverter();
  }

  private String namespace() {
    return client.getOptions().getNamespace();
  }

  private static WorkflowExecution execution(String name) {
    return WorkflowExecution.newBuilder().setWorkflowId(LaneWorkflow.id(name)).build();
  }
}
