package io.retort.curation;

import io.retort.run.StageOptions;
import io.retort.shard.ShardWindow;
import io.retort.v1.CurateShardRequest;
import io.retort.v1.CurateShardResponse;
import io.retort.v1.CurationWorkflowRequest;
import io.retort.v1.FinishCurationRequest;
import io.retort.v1.FinishCurationResponse;
import io.retort.v1.ShardProgress;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;

/** Slides over the shards, then adds them up; continues as new before its history grows long. */
public final class CurationWorkflowImpl implements CurationWorkflow {
  private final CurationActivities activities =
      Workflow.newActivityStub(
          CurationActivities.class,
          StageOptions.BY_NAME,
          StageOptions.of(CurationActivities.CURATE_SHARD, CurationActivities.FINISH_CURATION));

  private final CurationWorkflowRequest request;
  private long finishedRows;

  @WorkflowInit
  public CurationWorkflowImpl(CurationWorkflowRequest request) {
    this.request = request;
    finishedRows = request.getFinishedRows();
  }

  @Override
  public FinishCurationResponse curate(CurationWorkflowRequest ignored) {
    ShardWindow window =
        new ShardWindow(
            request.getRun().getSpec().getCuration().getShardsInFlight(),
            this::start,
            rows -> finishedRows += rows);
    int next = window.run(request.getNextShard(), request.getShards());
    if (next < request.getShards()) {
      Workflow.newContinueAsNewStub(CurationWorkflow.class)
          .curate(request.toBuilder().setNextShard(next).setFinishedRows(finishedRows).build());
    }
    return activities.finishCuration(
        FinishCurationRequest.newBuilder()
            .setRun(request.getRun())
            .setDataset(request.getDataset())
            .setShards(request.getShards())
            .build());
  }

  @Override
  public ShardProgress progress() {
    return ShardProgress.newBuilder()
        .setDone(finishedRows)
        .setTotal(request.getDataset().getRows())
        .build();
  }

  private Promise<Long> start(int shard) {
    CurateShardRequest shardRequest =
        CurateShardRequest.newBuilder()
            .setRun(request.getRun())
            .setDataset(request.getDataset())
            .setShard(shard)
            .build();
    return Async.function(activities::curateShard, shardRequest)
        .thenApply(CurateShardResponse::getRows);
  }
}
