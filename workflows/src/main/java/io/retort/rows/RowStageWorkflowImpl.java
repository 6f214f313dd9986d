package io.retort.rows;

import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.FinishStageRequest;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.Pause;
import io.retort.v1.RowStageRequest;
import io.retort.v1.RowStageResponse;
import io.retort.v1.RunShardRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.ShardProgress;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;

/**
 * Slides over the shards, then finishes the stage; continues as new before its history grows long.
 */
public final class RowStageWorkflowImpl implements RowStageWorkflow {
  private final RowStageActivities activities =
      Workflow.newActivityStub(
          RowStageActivities.class,
          ActivityPolicies.BY_NAME,
          ActivityPolicies.streaming(RowStageActivities.FINISH_STAGE));

  private final RowStageRequest request;
  private final ShardWindow window;

  @WorkflowInit
  public RowStageWorkflowImpl(RowStageRequest request) {
    this.request = request;
    window = new ShardWindow(request, RowStageWorkflowImpl::start);
  }

  @Override
  public RowStageResponse run(RowStageRequest ignored) {
    window.run();
    RowStageResponse.Builder response = RowStageResponse.newBuilder().setCost(window.cost());
    if (window.isFinished()) {
      try {
        return response.setFinished(finish()).build();
      } catch (ActivityFailure thrown) {
        Failure failure = Failures.fromThrowable(thrown);
        if (Failures.isCancellation(thrown)
            || failure.getCategory() == FailureCategory.FAILURE_CATEGORY_USER) {
          throw thrown;
        }
        window.pauseFor(thrown);
      }
    }
    if (window.isPaused()) {
      Pause pause = window.ownPause();
      if (pause != null) {
        response.setPause(pause);
      }
      Failure fault = window.fault();
      if (fault != null) {
        response.setFailure(fault).setTried(window.tried());
      }
      return response.setRest(window.rest()).setBudgetSpent(window.isBudgetSpent()).build();
    }
    return Workflow.newContinueAsNewStub(RowStageWorkflow.class).run(window.rest());
  }

  /** With the shard's number beside the activity's name in the Temporal UI. */
  private static Promise<RunShardResponse> start(RunShardRequest shard) {
    RowStageActivities activities =
        Workflow.newActivityStub(
            RowStageActivities.class,
            ActivityOptions.newBuilder(ActivityPolicies.STREAMING)
                .setSummary("shard " + Integer.toUnsignedString(shard.getShard()))
                .build());
    return Async.function(activities::runShard, shard);
  }

  private FinishStageResponse finish() {
    return activities.finishStage(
        FinishStageRequest.newBuilder()
            .setContext(request.getContext())
            .setKeptAnswers(window.keptAnswers())
            .build());
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
