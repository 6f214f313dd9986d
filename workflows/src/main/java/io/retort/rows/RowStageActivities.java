package io.retort.rows;

import io.retort.v1.DescribeRowStageRequest;
import io.retort.v1.DescribeRowStageResponse;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * Activities of the row stages, curate and pair. At-least-once; finished rows survive a failed
 * attempt.
 */
@ActivityInterface
public interface RowStageActivities {
  String DESCRIBE_ROW_STAGE = "DescribeRowStage";
  String RUN_SHARD = "RunShard";
  String FINISH_STAGE = "FinishStage";

  /** Type of the BUDGET failure of a shard whose rows have reached their cost limit. */
  String ALLOWANCE_SPENT = "ALLOWANCE_SPENT";

  /**
   * Asks the judge workers which models and prompts answer the stage's calls, and hashes the
   * student's tokenizer where tokens are counted.
   *
   * @throws io.temporal.failure.ApplicationFailure USER for an endpoint or a prompt file that no
   *     judge worker knows
   */
  @ActivityMethod(name = DESCRIBE_ROW_STAGE)
  DescribeRowStageResponse describeRowStage(DescribeRowStageRequest request);

  /**
   * Stores exactly one record per row of the shard and commits the shard by its manifest. Processes
   * only rows that no earlier attempt has stored. Heartbeats {@link io.retort.v1.ShardProgress}.
   *
   * @throws io.temporal.failure.ApplicationFailure BUDGET/ALLOWANCE_SPENT with the cost as its
   *     detail, where finished rows are kept; USER/PRICE_UNKNOWN; the first failure of rows
   */
  @ActivityMethod(name = RUN_SHARD)
  RunShardResponse runShard(RunShardRequest request);

  /**
   * Adds up the outcomes of all shards, checks that they equal the input, and commits the stage's
   * result as one data set.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/NOTHING_KEPT, USER/NO_PAIRS,
   *     PLATFORM/OUTCOMES_DO_NOT_ADD_UP
   */
  @ActivityMethod(name = FINISH_STAGE)
  FinishStageResponse finishStage(FinishStageRequest request);
}
