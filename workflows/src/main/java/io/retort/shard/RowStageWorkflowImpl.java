package io.retort.shard;

import io.retort.run.StageOptions;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.Pause;
import io.retort.v1.RowStageRequest;
import io.retort.v1.RowStageResponse;
import io.retort.v1.ShardProgress;
import io.temporal.workflow.Async;
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
  private final ShardWindow window;

  @WorkflowInit
  public RowStageWorkflowImpl(RowStageRequest request) {
    this.request = request;
    window = new ShardWindow(request, shard -> Async.function(activities::runShard, shard));
  }

  @Override
  public RowStageResponse run(RowStageRequest ignored) {
    window.run();
    RowStageResponse.Builder response = RowStageResponse.newBuilder().setCost(window.cost());
    if (window.isFinished()) {
      return response
          .setFinished(
              activities.finishStage(
                  FinishStageRequest.newBuilder()
                      .setContext(request.getContext())
                      .setKeptAnswers(window.keptAnswers())
                      .build()))
          .build();
    }
    if (window.isPaused()) {
      Pause pause = window.ownPause();
      if (pause != null) {
        response.setPause(pause);
      }
      return response.setRest(window.rest()).setBudgetSpent(window.isBudgetSpent()).build();
    }
    return Workflow.newContinueAsNewStub(RowStageWorkflow.class).run(window.rest());
  }

  @Override
  public void pause() {
    window.pause();
  }

  @Override
  public ShardProgress progress() {
    return ShardProgress.newBuilder()
        .setDone(window.finishedRows())
        .setTotal(request.getContext().getInput().getRows())
        .build();
  }
}
