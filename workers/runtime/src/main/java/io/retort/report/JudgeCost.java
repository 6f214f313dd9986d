package io.retort.report;

import io.retort.v1.Run;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageReuse;

/** What the judge has cost a run. */
public final class JudgeCost {
  /**
   * Of the stages that have ended, with the spec's prices. A stage whose result is reused costs
   * nothing, although the summary says what it has cost the run that made it.
   */
  public static double ofEndedStages(Run run) {
    RunSummary summary = run.getSummary();
    return (isReused(run, Stage.STAGE_CURATE) ? 0 : summary.getCuration().getUsage().getCost())
        + (isReused(run, Stage.STAGE_PAIR) ? 0 : summary.getPairing().getUsage().getCost());
  }

  private static boolean isReused(Run run, Stage stage) {
    return run.getStagesList().stream()
        .anyMatch(
            progress ->
                progress.getStage() == stage && progress.getReuse() == StageReuse.STAGE_REUSE_HIT);
  }

  private JudgeCost() {}
}
