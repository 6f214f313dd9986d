package io.retort.preference;

import io.retort.v1.FinishPairingRequest;
import io.retort.v1.FinishPairingResponse;
import io.retort.v1.PairShardRequest;
import io.retort.v1.PairShardResponse;
import io.temporal.activity.ActivityInterface;
import io.temporal.activity.ActivityMethod;

/**
 * Activities of the pair stage. At-least-once; every finished row survives an attempt that does
 * not.
 */
@ActivityInterface
public interface PairingActivities {
  String PAIR_SHARD = "PairShard";
  String FINISH_PAIRING = "FinishPairing";

  /**
   * Stores one {@link io.retort.v1.PairingRecord} for each kept sample of the curation shard and
   * commits the shard by its manifest. Heartbeats {@link io.retort.v1.ShardProgress}.
   */
  @ActivityMethod(name = PAIR_SHARD)
  PairShardResponse pairShard(PairShardRequest request);

  /**
   * Commits all pairs as one data set.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/NO_PAIRS
   */
  @ActivityMethod(name = FINISH_PAIRING)
  FinishPairingResponse finishPairing(FinishPairingRequest request);
}
