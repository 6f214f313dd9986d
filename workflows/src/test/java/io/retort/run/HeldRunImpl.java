package io.retort.run;

import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.v1.FailureCategory;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

public final class HeldRunImpl implements HeldRun {
  private final Occupancy occupancy =
      Workflow.newActivityStub(
          Occupancy.class,
          ActivityOptions.newBuilder()
              .setTaskQueue(TaskQueues.PIPELINE)
              .setStartToCloseTimeout(Duration.ofSeconds(5))
              .build());
  private final RunTracker tracker;
  private final RunLane lane;
  private @Nullable RunPhase ending;

  @WorkflowInit
  public HeldRunImpl(RunRequest request) {
    tracker = new RunTracker(request);
    PauseControl pauses =
        new PauseControl(request.getRunId(), request.getSpec(), tracker, () -> {});
    lane = new RunLane(request, tracker, new FaultTolerance(pauses));
  }

  @Override
  public Run run(RunRequest request) {
    boolean occupied = false;
    try {
      lane.enter();
      occupied = true;
      occupancy.occupy(request.getRunId());
      Workflow.await(() -> ending != null);
      if (ending == RunPhase.RUN_PHASE_FAILED) {
        tracker.fail(Failures.of(FailureCategory.FAILURE_CATEGORY_USER, "BROKEN", "broken"));
      } else {
        tracker.succeed();
      }
    } catch (CanceledFailure thrown) {
      tracker.cancel();
      end(request, occupied);
      throw thrown;
    }
    end(request, true);
    if (ending == RunPhase.RUN_PHASE_FAILED) {
      throw ApplicationFailure.newNonRetryableFailure("broken", "USER/BROKEN");
    }
    return tracker.snapshot();
  }

  private void end(RunRequest request, boolean occupied) {
    Workflow.newDetachedCancellationScope(
            () -> {
              if (occupied) {
                occupancy.vacate(request.getRunId());
              }
            })
        .run();
    lane.leave();
  }

  @Override
  public void end(RunPhase phase) {
    ending = phase;
  }

  @Override
  public Run getRun() {
    return tracker.snapshot();
  }
}
