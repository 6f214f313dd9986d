package io.retort.curation;

import io.retort.v1.CurationWorkflowRequest;
import io.retort.v1.FinishCurationResponse;
import io.retort.v1.ShardProgress;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * Child of a run: a sliding window of shard activities over the data set. Id: {@code
 * <run>/curation}.
 */
@WorkflowInterface
public interface CurationWorkflow {
  @WorkflowMethod
  FinishCurationResponse curate(CurationWorkflowRequest request);

  /**
   * Rows of shards that are committed; rows of shards under way stand in their activities'
   * heartbeats.
   */
  @QueryMethod
  ShardProgress progress();
}
