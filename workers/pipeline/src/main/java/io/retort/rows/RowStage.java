package io.retort.rows;

import io.retort.judge.client.JudgeCalls;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.RowStageContext;
import io.retort.v1.ShardProgress;
import io.retort.v1.Stage;
import java.io.IOException;
import java.util.function.Consumer;

/** A stage that makes one record for each row of its shards, and then one data set of them. */
public interface RowStage {
  Stage stage();

  /**
   * What is to be done for a 0-based shard.
   *
   * @param calls end when the attempt does
   */
  ShardJob<?, ?> open(RowStageContext context, int shard, JudgeCalls calls) throws IOException;

  /**
   * Adds up the committed shards and commits what the stage gives.
   *
   * @param heartbeat called after each shard; ends the work by throwing
   */
  FinishStageResponse finish(RowStageContext context, Consumer<ShardProgress> heartbeat)
      throws IOException;
}
