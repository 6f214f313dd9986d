package io.retort.release;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.retort.v1.Run;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.VersionResults;

/** What a run measured, as a published folder has it. */
final class ReleaseResults {
  private static final int SCHEMA_VERSION = 1;

  /** With fields that are 0 too: a score of 0 is one. */
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().alwaysPrintFieldsWithNoPresence();

  /**
   * JSON of the run's {@link VersionResults}; empty where nothing was evaluated.
   *
   * @param released the model that is published
   */
  static String json(Run run, String released) {
    if (run.getSummary().getScoresCount() == 0) {
      return "";
    }
    VersionResults.Builder results =
        VersionResults.newBuilder()
            .setSchemaVersion(SCHEMA_VERSION)
            .setRunId(run.getRunId())
            .setReleased(released)
            .addAllScores(run.getSummary().getScoresList())
            .addAllComparisons(run.getSummary().getComparisonsList());
    run.getStagesList().stream()
        .filter(stage -> stage.getStage() == Stage.STAGE_EVALUATE)
        // When another run has evaluated is not known here.
        .filter(stage -> stage.getReuse() != StageReuse.STAGE_REUSE_HIT)
        .filter(StageProgress::hasFinishedAt)
        .forEach(stage -> results.setEvaluatedAt(stage.getFinishedAt()));
    try {
      return PRINTER.print(results);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("results of run " + run.getRunId(), e);
    }
  }

  private ReleaseResults() {}
}
