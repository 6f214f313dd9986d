package io.retort.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.retort.activity.TaskQueues;
import io.retort.v1.DeliverEventRequest;
import io.retort.v1.DeliverEventResponse;
import io.retort.v1.DeliveryInput;
import io.retort.v1.DeliveryState;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.testing.TestWorkflowEnvironment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class DeliveryWorkflowTest {
  private static final DeliveryInput INPUT =
      DeliveryInput.newBuilder()
          .setSubscription("desk")
          .setSubscriptionUid("7")
          .setEventId("event-1")
          .build();
  private static final List<Duration> PLANNED =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(14),
          Duration.ofHours(20),
          Duration.ofHours(24));

  private final TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance();
  private final FakeReceiver receiver = new FakeReceiver();
  private final DeliveryWorkflow workflow =
      environment
          .getWorkflowClient()
          .newWorkflowStub(
              DeliveryWorkflow.class,
              WorkflowOptions.newBuilder()
                  .setWorkflowId(DeliveryWorkflow.id(INPUT))
                  .setTaskQueue(TaskQueues.RUNS)
                  .build());

  @BeforeEach
  void start() {
    environment
        .newWorker(TaskQueues.RUNS)
        .registerWorkflowImplementationTypes(DeliveryWorkflowImpl.class);
    environment.newWorker(TaskQueues.EVENTS).registerActivitiesImplementations(receiver);
    environment.start();
  }

  @AfterEach
  void stop() {
    environment.close();
  }

  @Test
  void attemptsTenTimesOverThreeDays() {
    workflow.run(INPUT);

    assertThat(receiver.times).hasSize(10);
    List<Duration> gaps = receiver.gaps();
    for (int index = 0; index < PLANNED.size(); index++) {
      Duration planned = PLANNED.get(index);
      assertThat(gaps.get(index))
          .as("after attempt %s", index + 1)
          .isBetween(planned, planned.plus(planned.dividedBy(5)).plusSeconds(1));
    }
    assertThat(receiver.requests.get(0).getNextDelay()).isNotEqualTo(Durations.ZERO);
    assertThat(receiver.requests.get(0).getSubscriptionUid()).isEqualTo("7");
    assertThat(receiver.requests.get(9).hasNextDelay()).as("after the last attempt").isFalse();
    assertThat(environment.getWorkflowClient().fetchHistory(id()).getEvents())
        .as("a short history")
        .hasSizeLessThan(150);
  }

  @Test
  void endsWithTheAnswerThatItWaitsFor() {
    receiver.answer =
        attempt -> answer(attempt < 2 ? pending() : DeliveryState.DELIVERY_STATE_DELIVERED, 0);

    workflow.run(INPUT);

    assertThat(receiver.times).hasSize(3);
  }

  @Test
  void waitsAsLongAsTheReceiverAsks() {
    receiver.answer =
        attempt ->
            attempt == 0
                ? answer(pending(), 3600)
                : answer(DeliveryState.DELIVERY_STATE_DELIVERED, 0);

    workflow.run(INPUT);

    assertThat(receiver.gaps().get(0)).isBetween(Duration.ofHours(1), Duration.ofMinutes(61));
  }

  @Test
  void attemptsAtOnceWhenItIsAsked() {
    receiver.answer =
        attempt ->
            attempt < 4 ? answer(pending(), 0) : answer(DeliveryState.DELIVERY_STATE_DELIVERED, 0);
    WorkflowClient.start(workflow::run, INPUT);
    environment.sleep(Duration.ofMinutes(10));
    assertThat(receiver.times).as("the next attempt is due in half an hour").hasSize(3);

    workflow.deliverNow();
    WorkflowStub.fromTyped(workflow).getResult(Void.class);

    assertThat(receiver.times).hasSize(5);
    assertThat(receiver.gaps().get(3)).as("begins anew").isLessThan(Duration.ofSeconds(8));
    assertThat(receiver.requests)
        .extracting(DeliverEventRequest::getAsked)
        .containsExactly(false, false, false, true, false);
  }

  private String id() {
    return DeliveryWorkflow.id(INPUT);
  }

  private static DeliveryState pending() {
    return DeliveryState.DELIVERY_STATE_PENDING;
  }

  private static DeliverEventResponse answer(DeliveryState state, long retryAfter) {
    return DeliverEventResponse.newBuilder()
        .setState(state)
        .setRetryAfter(Durations.fromSeconds(retryAfter))
        .build();
  }

  private final class FakeReceiver implements DeliveryActivities {
    final List<Long> times = new CopyOnWriteArrayList<>();
    final List<DeliverEventRequest> requests = new CopyOnWriteArrayList<>();
    volatile IntFunction<DeliverEventResponse> answer =
        attempt -> answer(DeliveryState.DELIVERY_STATE_PENDING, 0);

    @Override
    public DeliverEventResponse deliverEvent(DeliverEventRequest request) {
      int attempt = times.size();
      times.add(environment.currentTimeMillis());
      requests.add(request);
      return answer.apply(attempt);
    }

    List<Duration> gaps() {
      List<Duration> gaps = new ArrayList<>();
      for (int index = 1; index < times.size(); index++) {
        gaps.add(Duration.ofMillis(times.get(index) - times.get(index - 1)));
      }
      return gaps;
    }
  }
}
