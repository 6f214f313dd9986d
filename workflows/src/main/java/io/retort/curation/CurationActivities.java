package io.retort.curation;

import io.retort.v1.CurateShardRequest;
import io.retort.v1.CurateShardResponse;
import io.retort.v1.FinishCurationRequest;
import io.retort.v1.FinishCurationResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * Activities of the curate stage. At-least-once; every finished row survives an attempt that does
 * not.
 */
@ActivityInterface
public interface CurationActivities {
  String CURATE_SHARD = "CurateShard";
  String FINISH_CURATION = "FinishCuration";

  /**
   * Stores exactly one {@link io.retort.v1.CurationRecord} for each sample of the shard, asking
   * only for those that no earlier attempt has stored, and commits the shard by its manifest.
   * Heartbeats {@link io.retort.v1.ShardProgress}.
   */
  @ActivityMethod(name = CURATE_SHARD)
  CurateShardResponse curateShard(CurateShardRequest request);

  /**
   * Adds up the outcomes of all shards, checks that they equal the input, and commits the kept
   * samples as shards of the same order.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/NOTHING_KEPT,
   *     PLATFORM/OUTCOMES_DO_NOT_ADD_UP
   */
  @ActivityMethod(name = FINISH_CURATION)
  FinishCurationResponse finishCuration(FinishCurationRequest request);
}
