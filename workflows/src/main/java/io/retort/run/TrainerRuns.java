package io.retort.run;

import io.retort.failure.Failures;
import io.retort.training.TrainerActivities;
import io.retort.v1.RunSpec;
import io.retort.v1.TrainerJob;
import io.retort.v1.TrainerResult;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.ArrayList;
import java.util.List;

/** Trainer jobs that can be paused. */
final class TrainerRuns {
  private final RunSpec spec;
  private final PauseControl pauses;

  TrainerRuns(RunSpec spec, PauseControl pauses) {
    this.spec = spec;
    this.pauses = pauses;
  }

  /**
   * Runs a trainer job. A pause cancels it and leaves a checkpoint, from which the job continues
   * after the pause.
   */
  TrainerResult run(TrainerJob job) {
    TrainerActivities trainer =
        Workflow.newActivityStub(
            TrainerActivities.class,
            ActivityOptions.newBuilder(StageOptions.trainer(spec))
                .setSummary(UiText.summary(job.getJobName()))
                .build());
    while (true) {
      pauses.awaitResumed();
      List<Promise<TrainerResult>> started = new ArrayList<>();
      CancellationScope scope =
          Workflow.newCancellationScope(
              () -> started.add(Async.function(trainer::runTrainerJob, job)));
      scope.run();
      Promise<TrainerResult> ended = started.get(0);
      pauses.awaitPauseOr(() -> ended.isCompleted());
      boolean paused = !ended.isCompleted();
      if (paused) {
        scope.cancel("paused");
      }
      try {
        return ended.get();
      } catch (TemporalFailure thrown) {
        if (!paused || !Failures.isCancellation(thrown) || isCancelled()) {
          throw thrown;
        }
      }
    }
  }

  private static boolean isCancelled() {
    return CancellationScope.current().isCancelRequested();
  }
}
