package io.retort.lane;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneEntry;
import io.retort.worker.TemporalCalls;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Meta;
import io.temporal.api.update.v1.Outcome;
import io.temporal.api.update.v1.Request;
import io.temporal.api.update.v1.WaitPolicy;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.UpdateWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Calls to the workflows of lanes; each has a deadline and throws what Temporal answers. */
public final class LaneClient {
  private static final String IDENTITY = "retort-lanes";

  private final TemporalCalls temporal;
  private final Duration deadline;

  public LaneClient(WorkflowClient client, Duration deadline) {
    temporal = new TemporalCalls(client);
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
              temporal
                  .stub(deadline)
                  .queryWorkflow(
                      QueryWorkflowRequest.newBuilder()
                          .setNamespace(temporal.namespace())
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
            .setNamespace(temporal.namespace())
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
    Outcome outcome = temporal.stub(deadline).updateWorkflowExecution(request).getOutcome();
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
    temporal.signalWithStart(
        SignalWithStartWorkflowExecutionRequest.newBuilder()
            .setWorkflowId(LaneWorkflow.id(config.getName()))
            .setWorkflowType(WorkflowType.newBuilder().setName(LaneWorkflow.TYPE))
            .setInput(temporal.encode(Lane.newBuilder().setConfig(config).build()))
            .setSignalName(signal)
            .setSignalInput(temporal.encode(argument))
            .setIdentity(IDENTITY),
        deadline);
  }

  private Lane lane(Payloads payloads) {
    return temporal.decode(payloads, Lane.class);
  }

  private static WorkflowExecution execution(String name) {
    return TemporalCalls.execution(LaneWorkflow.id(name));
  }
}
