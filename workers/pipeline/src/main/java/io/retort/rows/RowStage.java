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

/** A stage that makes one record for each row of its shards, and then one data set of them. */
public interface RowStage {
  Stage stage();

  /** Methods of the judge that the stage may call. */
  List<JudgeMethod<?, ?>> methods(RunSpec spec);

  /** Digests of what else decides the records besides the spec, the rows and the judge, by name. */
  default Map<String, String> inputs(RunSpec spec) throws IOException {
    return Map.of();
  }

  /** Folder of a 0-based shard's records. */
  String folder(RunContext run, int shard);

  /**
   * What is to be done for a 0-based shard.
   *
   * @param heartbeat called after some rows; ends the work by throwing
   */
  ShardJob<?, ?> open(
      RowStageContext context, int shard, ShardJudge judge, Consumer<ShardProgress> heartbeat)
      throws IOException;

  /**
   * Adds up the committed shards and commits what the stage gives.
   *
   * @param heartbeat called after each shard, and after some rows; ends the work by throwing
   */
  FinishStageResponse finish(FinishStageRequest request, Consumer<ShardProgress> heartbeat)
      throws IOException;
}
