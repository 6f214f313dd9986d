package io.retort.rows;

import io.retort.stage.StageContext;
import io.retort.v1.DescribeRowStageRequest;
import io.retort.v1.Stage;
import java.util.SortedMap;
import java.util.TreeMap;

/** Inputs common to all row stages. */
public final class RowStageInputs {
  /**
   * Models and prompts that answer the stage's calls, as the judge workers currently describe them.
   */
  public static SortedMap<String, String> describe(StageContext context, Stage stage) {
    RowStageActivities activities =
        context.activities(RowStageActivities.class, RowStageActivities.DESCRIBE_ROW_STAGE);
    return new TreeMap<>(
        context
            .call(
                () ->
                    activities.describeRowStage(
                        DescribeRowStageRequest.newBuilder()
                            .setRun(context.run())
                            .setStage(stage)
                            // Only a run has a copy.
                            .setPromptsOfSpec(context.run().getRunId().isEmpty())
                            .build()))
            .getInputsMap());
  }

  private RowStageInputs() {}
}
