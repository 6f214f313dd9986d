package io.retort.control;

import io.retort.rows.RowStageActivities;
import io.retort.rows.RowStageWorkflow;
import io.retort.v1.RowStageRequest;
import io.retort.v1.RowStageResponse;
import io.retort.v1.RunShardRequest;
import io.retort.v1.ShardProgress;
import io.temporal.activity.ActivityOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Forty rows are committed, and one shard is running. */
public final class StubRowStageWorkflow implements RowStageWorkflow {
  @Override
  public RowStageResponse run(RowStageRequest request) {
    Workflow.newActivityStub(
            RowStageActivities.class,
            ActivityOptions.newBuilder()
                .setStartToCloseTimeout(Duration.ofMinutes(5))
                .setHeartbeatTimeout(Duration.ofMinutes(5))
                .build())
        .runShard(RunShardRequest.newBuilder().setShard(1).build());
    return RowStageResponse.getDefaultInstance();
  }

  @Override
  public void pause() {}

  @Override
  public ShardProgress progress() {
    return ShardProgress.newBuilder().setDone(40).setTotal(100).build();
  }
}
