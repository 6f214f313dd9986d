package io.retort.event;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.activity.TaskQueues;
import io.retort.v1.DeliveryInput;
import io.retort.worker.TemporalCalls;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls to the workflows of deliveries; each has a deadline and throws what Temporal answers. */
public final class DeliveryClient {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryClient.class);
  private static final String IDENTITY = "retort-events";

  private final TemporalCalls temporal;
  private final Duration deadline;

  public DeliveryClient(WorkflowClient client, Duration deadline) {
    temporal = new TemporalCalls(client);
    this.deadline = deadline;
  }

  public static DeliveryInput input(SubscriptionKey subscription, String eventId) {
    return DeliveryInput.newBuilder()
        .setSubscription(subscription.name())
        .setSubscriptionUid(subscription.uid())
        .setEventId(eventId)
        .build();
  }

  /** Begins a delivery; does nothing for one that was begun before. */
  void start(DeliveryInput input) {
    start(input, WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  }

  /** Begins a delivery that is pending; does nothing for one that is under way. */
  public void restart(DeliveryInput input) {
    start(input, WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  }

  private void start(DeliveryInput input, WorkflowIdReusePolicy policy) {
    try {
      StartWorkflowExecutionResponse ignored =
          temporal
              .stub(deadline)
              .startWorkflowExecution(
                  StartWorkflowExecutionRequest.newBuilder()
                      .setNamespace(temporal.namespace())
                      .setWorkflowId(id(input))
                      .setWorkflowType(type())
                      .setTaskQueue(queue())
                      .setInput(temporal.encode(input))
                      .setWorkflowIdReusePolicy(policy)
                      .setIdentity(IDENTITY)
                      .setRequestId(UUID.randomUUID().toString())
                      .build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
        throw e;
      }
      LOG.debug("{} was begun before", id(input));
    }
  }

  /** Attempts a delivery at once, whether it is under way or has ended. */
  public void deliverNow(DeliveryInput input) {
    temporal.signalWithStart(
        SignalWithStartWorkflowExecutionRequest.newBuilder()
            .setWorkflowId(id(input))
            .setWorkflowType(type())
            .setInput(temporal.encode(input))
            .setSignalName(DeliveryWorkflow.DELIVER_NOW)
            .setIdentity(IDENTITY),
        deadline);
  }

  private static String id(DeliveryInput input) {
    return DeliveryWorkflow.id(input);
  }

  private static WorkflowType.Builder type() {
    return WorkflowType.newBuilder().setName(DeliveryWorkflow.TYPE);
  }

  private static TaskQueue.Builder queue() {
    return TaskQueue.newBuilder().setName(TaskQueues.RUNS);
  }
}
