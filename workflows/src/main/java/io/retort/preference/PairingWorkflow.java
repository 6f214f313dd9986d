package io.retort.preference;

import io.retort.v1.FinishPairingResponse;
import io.retort.v1.PairingWorkflowRequest;
import io.retort.v1.ShardProgress;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * Child of a run: a sliding window of shard activities over the kept samples. Id: {@code
 * <run>/pairing}.
 */
@WorkflowInterface
public interface PairingWorkflow {
  @WorkflowMethod
  FinishPairingResponse pair(PairingWorkflowRequest request);

  /**
   * Rows of shards that are committed; rows of shards under way stand in their activities'
   * heartbeats.
   */
  @QueryMethod
  ShardProgress progress();
}
