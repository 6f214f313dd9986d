package io.retort.preference;

import io.retort.run.StageOptions;
import io.retort.shard.ShardWindow;
import io.retort.v1.FinishPairingRequest;
import io.retort.v1.FinishPairingResponse;
import io.retort.v1.PairShardRequest;
import io.retort.v1.PairShardResponse;
import io.retort.v1.PairingWorkflowRequest;
import io.retort.v1.ShardProgress;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;

/** Slides over the shards of kept samples, then commits the pairs as one data set. */
public final class PairingWorkflowImpl implements PairingWorkflow {
  private final PairingActivities activities =
      Workflow.newActivityStub(
          PairingActivities.class,
          StageOptions.BY_NAME,
          StageOptions.of(PairingActivities.PAIR_SHARD, PairingActivities.FINISH_PAIRING));

  private final PairingWorkflowRequest request;
  private long finishedRows;

  @WorkflowInit
  public PairingWorkflowImpl(PairingWorkflowRequest request) {
    this.request = request;
    finishedRows = request.getFinishedRows();
  }

  @Override
  public FinishPairingResponse pair(PairingWorkflowRequest ignored) {
    ShardWindow window =
        new ShardWindow(
            request.getRun().getSpec().getCuration().getShardsInFlight(),
            this::start,
            rows -> finishedRows += rows);
    int next = window.run(request.getNextShard(), request.getShards());
    if (next < request.getShards()) {
      Workflow.newContinueAsNewStub(PairingWorkflow.class)
          .pair(request.toBuilder().setNextShard(next).setFinishedRows(finishedRows).build());
    }
    return activities.finishPairing(
        FinishPairingRequest.newBuilder()
            .setRun(request.getRun())
            .setKept(request.getKept())
            .setShards(request.getShards())
            .build());
  }

  @Override
  public ShardProgress progress() {
    return ShardProgress.newBuilder()
        .setDone(finishedRows)
        .setTotal(request.getKept().getRows())
        .build();
  }

  private Promise<Long> start(int shard) {
    PairShardRequest shardRequest =
        PairShardRequest.newBuilder()
            .setRun(request.getRun())
            .setKept(request.getKept())
            .setShard(shard)
            .build();
    return Async.function(activities::pairShard, shardRequest)
        .thenApply(PairShardResponse::getRows);
  }
}
