package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.lane.LaneActivities;
import io.retort.v1.EnterLaneRequest;
import io.retort.v1.FindEndedRunsRequest;
import io.retort.v1.FindEndedRunsResponse;
import io.retort.v1.FireScheduledRequest;
import io.retort.v1.FireScheduledResponse;
import io.retort.v1.FireWatchedRequest;
import io.retort.v1.FireWatchedResponse;
import io.retort.v1.LaneExit;
import io.retort.v1.ScheduledTrigger;
import io.retort.v1.TriggerFiring;
import io.temporal.client.WorkflowOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
final class ScheduledTriggerWorkflowTest {
  private final TestWorkflowEnvironment temporal = TestWorkflowEnvironment.newInstance();
  private final FakeTriggers triggers = new FakeTriggers();
  private final FakeRuns runs = new FakeRuns();

  @BeforeEach
  void start() {
    temporal
        .newWorker(TaskQueues.RUNS)
        .registerWorkflowImplementationTypes(ScheduledTriggerWorkflowImpl.class);
    temporal.newWorker(TaskQueues.CONTROL).registerActivitiesImplementations(triggers);
    temporal.newWorker(TaskQueues.PIPELINE).registerActivitiesImplementations(runs);
    temporal.start();
  }

  @AfterEach
  void close() {
    temporal.close();
  }

  @Test
  void staysOpenUntilItsRunHasEnded() {
    runs.checks.set(60);
    long begin = temporal.currentTimeMillis();

    run(ScheduledTrigger.newBuilder().setTrigger("nightly").setWaits(true));

    assertThat(runs.asked).hasSize(60).containsOnly("run-1");
    assertThat(triggers.fired).containsExactly("trigger/nightly-2026-11-30T02:00:00Z");
    assertThat(Duration.ofMillis(temporal.currentTimeMillis() - begin))
        .isGreaterThan(Duration.ofHours(1));
  }

  @Test
  void goesOnInANewExecutionBeforeItsHistoryGrows() {
    runs.checks.set(220);

    run(ScheduledTrigger.newBuilder().setTrigger("nightly").setWaits(true));

    assertThat(runs.asked).hasSize(220);
    assertThat(triggers.fired).as("in the first execution only").hasSize(1);
  }

  @Test
  void endsAtOnceWhereNothingWaitsForTheRun() {
    run(ScheduledTrigger.newBuilder().setTrigger("nightly"));

    assertThat(triggers.fired).hasSize(1);
    assertThat(runs.asked).isEmpty();
  }

  @Test
  void firesOnceTheControlPlaneAnswersAgain() {
    triggers.failures.set(20);

    run(ScheduledTrigger.newBuilder().setTrigger("nightly"));

    assertThat(triggers.fired).hasSize(21);
  }

  private void run(ScheduledTrigger.Builder scheduled) {
    temporal
        .getWorkflowClient()
        .newWorkflowStub(
            ScheduledTriggerWorkflow.class,
            WorkflowOptions.newBuilder()
                .setWorkflowId("trigger/nightly-2026-11-30T02:00:00Z")
                .setTaskQueue(TaskQueues.RUNS)
                .build())
        .run(scheduled.setPatience(Durations.fromHours(1)).build());
  }

  private static final class FakeTriggers implements TriggerActivities {
    final List<String> fired = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger failures = new AtomicInteger();

    @Override
    public FireScheduledResponse fireScheduled(FireScheduledRequest request) {
      fired.add(request.getWorkflowId());
      if (failures.getAndDecrement() > 0) {
        throw Failures.platform("LAUNCH", "down", new IllegalStateException("down"));
      }
      return FireScheduledResponse.newBuilder()
          .setFiring(TriggerFiring.newBuilder().setRunId("run-1"))
          .build();
    }

    @Override
    public FireWatchedResponse fireWatched(FireWatchedRequest request) {
      throw new UnsupportedOperationException();
    }
  }

  private static final class FakeRuns implements LaneActivities {
    final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    /** Until the run has ended. */
    final AtomicInteger checks = new AtomicInteger();

    @Override
    public void enterLane(EnterLaneRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FindEndedRunsResponse findEndedRuns(FindEndedRunsRequest request) {
      asked.addAll(request.getRunIdsList());
      FindEndedRunsResponse.Builder response = FindEndedRunsResponse.newBuilder();
      if (checks.decrementAndGet() <= 0) {
        response.addEnded(LaneExit.newBuilder().setRunId(request.getRunIds(0)));
      }
      return response.build();
    }
  }
}
