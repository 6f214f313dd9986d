package io.retort.event;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.activity.TaskQueues;
import io.retort.v1.DeliveryInput;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.SignalWithStartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls to the workflows of deliveries; each has a deadline and throws what Temporal answers. */
public final class DeliveryClient {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryClient.class);
  private static final String IDENTITY = "retort-events";

  private final WorkflowClient client;
  private final Duration deadline;

  public DeliveryClient(WorkflowClient client, Duration deadline) {
    this.client = client;
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
          stub()
              .startWorkflowExecution(
                  StartWorkflowExecutionRequest.newBuilder()
                      .setNamespace(namespace())
                      .setWorkflowId(id(input))
                      .setWorkflowType(type())
                      .setTaskQueue(queue())
                      .setInput(payloads(input))
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
    SignalWithStartWorkflowExecutionResponse ignored =
        stub()
            .signalWithStartWorkflowExecution(
                SignalWithStartWorkflowExecutionRequest.newBuilder()
                    .setNamespace(namespace())
                    .setWorkflowId(id(input))
                    .setWorkflowType(type())
                    .setTaskQueue(queue())
                    .setInput(payloads(input))
                    .setSignalName(DeliveryWorkflow.DELIVER_NOW)
                    .setIdentity(IDENTITY)
                    .setRequestId(UUID.randomUUID().toString())
                    .build());
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

  private Payloads payloads(DeliveryInput input) {
    return client.getOptions().getDataConverter().toPayloads(input).orElseThrow();
  }

  private WorkflowServiceBlockingStub stub() {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private String namespace() {
    return client.getOptions().getNamespace();
  }
}
