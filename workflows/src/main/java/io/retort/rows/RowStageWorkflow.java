package io.retort.rows;

import io.retort.enums.EnumText;
import io.retort.v1.RowStageRequest;
import io.retort.v1.RowStageResponse;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.util.Locale;

/** Child of a run: a sliding window of shard activities over the rows of one stage. */
@WorkflowInterface
public interface RowStageWorkflow {
  String PROGRESS = "progress";

  /** Id of a run's child for one stage: {@code <run>/curate} or {@code <run>/pair}. */
  static String id(String runId, Stage stage) {
    return runId + "/" + EnumText.shortName(stage).toLowerCase(Locale.ROOT);
  }

  @WorkflowMethod
  RowStageResponse run(RowStageRequest request);

  /**
   * Stops the running shards and ends the workflow with its remaining work, unless the stage ends
   * first.
   */
  @SignalMethod
  void pause();

  /**
   * Rows of committed shards; the heartbeats of running activities report the rows of the other
   * shards.
   */
  @QueryMethod(name = PROGRESS)
  ShardProgress progress();
}
