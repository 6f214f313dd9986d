package io.retort.rows;

import io.retort.judge.client.JudgeMethod;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.RowStageContext;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A stage that makes one record per row of its shards, and one data set from all records. */
public interface RowStage {
  Stage stage();

  /** Methods of the judge that the stage may call. */
  List<JudgeMethod<?, ?>> methods(RunSpec spec);

  /**
   * Digests, by name, of everything that determines the records besides the spec, the rows and the
   * judge.
   */
  default Map<String, String> inputs(RunSpec spec) throws IOException {
    return Map.of();
  }

  /** Folder of the records of a shard, given by its 0-based number. */
  String folder(RunContext run, int shard);

  /**
   * Opens the work of a shard, given by its 0-based number.
   *
   * @param heartbeat called after some rows; ends the work by throwing
   */
  ShardJob<?, ?> open(
      RowStageContext context, int shard, ShardJudge judge, Consumer<ShardProgress> heartbeat)
      throws IOException;

  /**
   * Adds up the committed shards and commits the stage's result.
   *
   * @param heartbeat called after each shard, and after some rows; ends the work by throwing
   */
  FinishStageResponse finish(FinishStageRequest request, Consumer<ShardProgress> heartbeat)
      throws IOException;
}
