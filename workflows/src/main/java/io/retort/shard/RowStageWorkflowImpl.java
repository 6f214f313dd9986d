package io.retort.shard;

import io.retort.run.StageOptions;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.RowStageContext;
import io.retort.v1.RowStageRequest;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.ShardProgress;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;

/** Slides over the shards, then adds them up; continues as new before its history grows long. */
public final class RowStageWorkflowImpl implements RowStageWorkflow {
  private final RowStageActivities activities =
      Workflow.newActivityStub(
          RowStageActivities.class,
          StageOptions.BY_NAME,
          StageOptions.of(RowStageActivities.RUN_SHARD, RowStageActivities.FINISH_STAGE));

  private final RowStageRequest request;
  private final RowStageContext context;
  private long finishedRows;

  @WorkflowInit
  public RowStageWorkflowImpl(RowStageRequest request) {
    this.request = request;
    context = request.getContext();
    finishedRows = request.getFinishedRows();
  }

  @Override
  public FinishStageResponse run(RowStageRequest ignored) {
    ShardWindow window =
        new ShardWindow(
            context.getRun().getSpec().getCuration().getShardsInFlight(),
            this::start,
            rows -> finishedRows += rows);
    int next = window.run(request.getNextShard(), request.getShards());
    if (next < request.getShards()) {
      Workflow.newContinueAsNewStub(RowStageWorkflow.class)
          .run(request.toBuilder().setNextShard(next).setFinishedRows(finishedRows).build());
    }
    return activities.finishStage(FinishStageRequest.newBuilder().setContext(context).build());
  }

  @Override
  public ShardProgress progress() {
    return ShardProgress.newBuilder()
        .setDone(finishedRows)
        .setTotal(context.getInput().getRows())
        .build();
  }

  private Promise<Long> start(int shard) {
    RunShardRequest shardRequest =
        RunShardRequest.newBuilder().setContext(context).setShard(shard).build();
    return Async.function(activities::runShard, shardRequest).thenApply(RunShardResponse::getRows);
  }
}
