package io.retort.control;

import io.retort.curation.CurationActivities;
import io.retort.curation.CurationWorkflow;
import io.retort.v1.CurateShardRequest;
import io.retort.v1.CurationWorkflowRequest;
import io.retort.v1.FinishCurationResponse;
import io.retort.v1.ShardProgress;
import io.temporal.activity.ActivityOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Forty rows are committed, and one shard is under way. */
public final class StubCurationWorkflow implements CurationWorkflow {
  @Override
  public FinishCurationResponse curate(CurationWorkflowRequest request) {
    Workflow.newActivityStub(
            CurationActivities.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(5))
                .setHeartbeatTimeout(Duration.ofMinutes(5))
                .build())
        .curateShard(CurateShardRequest.newBuilder().setShard(1).build());
    return FinishCurationResponse.getDefaultInstance();
  }

  @Override
  public ShardProgress progress() {
    return ShardProgress.newBuilder().setDone(40).setTotal(100).build();
  }
}
