package io.retort.run;

import io.retort.activity.TaskQueues;
import io.retort.rows.RowStageWorkflow;
import io.retort.v1.FinishStageResponse;
import io.retort.v1.RowStageRequest;
import io.retort.v1.RowStageResponse;
import io.retort.v1.Stage;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.ChildWorkflowCancellationType;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalExternalWorkflowException;
import io.temporal.workflow.Workflow;
import org.slf4j.Logger;

/** Row stages as child workflows that can be paused. */
final class RowStageRuns {
  private static final Logger logger = Workflow.getLogger(RowStageRuns.class);

  private final String runId;
  private final PauseControl pauses;
  private final FaultTolerance faults;

  RowStageRuns(String runId, PauseControl pauses, FaultTolerance faults) {
    this.runId = runId;
    this.pauses = pauses;
    this.faults = faults;
  }

  /**
   * Runs the stage. Each pause ends the child; after it, a new child continues with the remaining
   * shards.
   */
  FinishStageResponse run(RowStageRequest request) {
    RowStageRequest.Builder next = request.toBuilder();
    double before = pauses.spent();
    while (true) {
      pauses.awaitResumed();
      if (pauses.hasBudget()) {
        next.setBudget(pauses.budget() - before);
      }
      RowStageResponse response;
      try {
        response = runChild(next.build());
      } catch (TemporalFailure thrown) {
        faults.waitOut(thrown);
        continue;
      }
      pauses.spent(before + response.getCost());
      if (response.hasFinished()) {
        pauses.recovered();
        return response.getFinished();
      }
      if (response.getRest().getFinishedRows() > next.getFinishedRows()) {
        pauses.recovered();
      }
      next = response.getRest().toBuilder();
      if (response.hasFailure()) {
        pauses.waitOut(response.getFailure(), response.getTried());
      } else if (response.hasPause()) {
        pauses.pause(response.getPause());
      }
      // A budget that was raised while the stage ran leaves more than the stage received.
      if (response.getBudgetSpent() && pauses.budget() - before <= next.getBudget()) {
        pauses.pauseForBudget();
      }
    }
  }

  private RowStageResponse runChild(RowStageRequest request) {
    Stage stage = request.getContext().getStage();
    RowStageWorkflow child = Workflow.newChildWorkflowStub(RowStageWorkflow.class, options(stage));
    Promise<WorkflowExecution> started = Workflow.getWorkflowExecution(child);
    Promise<RowStageResponse> ended = Async.function(child::run, request);
    pauses.awaitPauseOrLowerBudgetOr(() -> ended.isCompleted());
    if (!ended.isCompleted() && !CancellationScope.current().isCancelRequested()) {
      started.get();
      askToPause(stage);
    }
    return ended.get();
  }

  private void askToPause(Stage stage) {
    try {
      // Addressed by id alone, because the child may have continued as new.
      Workflow.newExternalWorkflowStub(RowStageWorkflow.class, RowStageWorkflow.id(runId, stage))
          .pause();
    } catch (SignalExternalWorkflowException e) {
      logger.info("the {} stage ended while it was asked to pause", RunTracker.label(stage));
    }
  }

  private ChildWorkflowOptions options(Stage stage) {
    return ChildWorkflowOptions.newBuilder()
        .setWorkflowId(RowStageWorkflow.id(runId, stage))
        .setTaskQueue(TaskQueues.RUNS)
        .setStaticSummary(RunTracker.label(stage) + " " + runId)
        .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_REQUEST_CANCEL)
        .setCancellationType(ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED)
        .build();
  }
}
