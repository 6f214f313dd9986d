package io.retort.event;

import com.google.protobuf.util.Durations;
import io.retort.activity.TaskQueues;
import io.retort.v1.DeliverEventRequest;
import io.retort.v1.DeliverEventResponse;
import io.retort.v1.DeliveryInput;
import io.retort.v1.DeliveryState;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.Priority;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import java.util.Random;

/** Follows {@link DeliverySchedule}. */
public final class DeliveryWorkflowImpl implements DeliveryWorkflow {
  private static final Duration NO_DELAY = Duration.ZERO;

  private final DeliveryActivities activities;
  private final DeliveryInput input;
  private final Random random = Workflow.newRandom();
  private boolean now;

  @WorkflowInit
  public DeliveryWorkflowImpl(DeliveryInput input) {
    this.input = input;
    activities =
        Workflow.newActivityStub(
            DeliveryActivities.class,
            ActivityOptions.newBuilder()
                .setTaskQueue(TaskQueues.EVENTS)
                .setStartToCloseTimeout(Duration.ofMinutes(1))
                // Waits for a control plane and a store for as long as it takes.
                .setRetryOptions(
                    RetryOptions.newBuilder().setMaximumInterval(Duration.ofMinutes(5)).build())
                .setPriority(Priority.newBuilder().setFairnessKey(input.getSubscription()).build())
                .build());
  }

  @Override
  public void run(DeliveryInput ignored) {
    Duration delay = NO_DELAY;
    int attempt = 0;
    while (true) {
      if (!delay.isZero() && Workflow.await(delay, () -> now)) {
        attempt = 0;
        if (Workflow.getInfo().isContinueAsNewSuggested()) {
          Workflow.continueAsNew(input);
        }
      }
      boolean asked = now;
      now = false;
      attempt++;
      boolean last = attempt == DeliverySchedule.ATTEMPTS;
      Duration next = last ? NO_DELAY : DeliverySchedule.before(attempt, random);
      DeliverEventResponse response = activities.deliverEvent(request(last, next, asked));
      boolean ended = last || response.getState() != DeliveryState.DELIVERY_STATE_PENDING;
      if (ended && !now) {
        return;
      }
      if (ended) {
        // Asked for while the last attempt was under way.
        attempt = 0;
        delay = NO_DELAY;
      } else {
        Duration retryAfter = Duration.ofSeconds(Durations.toSeconds(response.getRetryAfter()));
        delay = retryAfter.compareTo(next) > 0 ? retryAfter : next;
      }
    }
  }

  @Override
  public void deliverNow() {
    now = true;
  }

  private DeliverEventRequest request(boolean last, Duration next, boolean asked) {
    DeliverEventRequest.Builder request =
        DeliverEventRequest.newBuilder()
            .setSubscription(input.getSubscription())
            .setEventId(input.getEventId())
            .setSubscriptionUid(input.getSubscriptionUid())
            .setAsked(asked);
    if (!last) {
      request.setNextDelay(Durations.fromMillis(next.toMillis()));
    }
    return request.build();
  }
}
