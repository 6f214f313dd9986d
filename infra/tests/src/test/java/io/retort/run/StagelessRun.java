package io.retort.run;

import io.retort.failure.Failures;
import io.retort.v1.FailureCategory;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.Stage;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import org.jspecify.annotations.Nullable;

/**
 * A run in place of {@link RunWorkflowImpl} that only takes its slot, and keeps it until a test
 * ends it. The times of its one stage are those of its slot.
 */
public final class StagelessRun implements RunWorkflow, RunEnding {
  private final RunTracker tracker;
  private final RunLane lane;
  private @Nullable RunPhase ending;

  @WorkflowInit
  public StagelessRun(RunRequest request) {
    tracker = new RunTracker(request);
    PauseControl pauses =
        new PauseControl(request.getRunId(), request.getSpec(), tracker, () -> {});
    lane = new RunLane(request, tracker, new FaultTolerance(pauses));
  }

  @Override
  public Run run(RunRequest request) {
    try {
      lane.enter();
      tracker.enter(Stage.STAGE_INGEST, "rows", 0);
      Workflow.await(() -> ending != null);
    } catch (TemporalFailure thrown) {
      if (Failures.isCancellation(thrown)) {
        tracker.cancel();
        lane.leave();
      }
      throw thrown;
    }
    if (ending == RunPhase.RUN_PHASE_FAILED) {
      tracker.fail(Failures.of(FailureCategory.FAILURE_CATEGORY_USER, "BROKEN", "broken"));
      lane.leave();
      throw ApplicationFailure.newNonRetryableFailure("broken", "USER/BROKEN");
    }
    tracker.succeed();
    lane.leave();
    return tracker.snapshot();
  }

  @Override
  public void end(RunPhase phase) {
    ending = phase;
  }

  @Override
  public Run getRun() {
    return tracker.snapshot();
  }

  @Override
  public Run pause(PauseRunRequest request) {
    return tracker.snapshot();
  }

  @Override
  public void checkPause(PauseRunRequest request) {}

  @Override
  public Run resume(ResumeRunRequest request) {
    return tracker.snapshot();
  }

  @Override
  public void checkResume(ResumeRunRequest request) {}

  @Override
  public Run setBudget(SetRunBudgetRequest request) {
    return tracker.snapshot();
  }

  @Override
  public void checkSetBudget(SetRunBudgetRequest request) {}

  @Override
  public Run approve(ApprovalAnswer answer) {
    return tracker.snapshot();
  }

  @Override
  public void checkApprove(ApprovalAnswer answer) {}

  @Override
  public Run reject(ApprovalAnswer answer) {
    return tracker.snapshot();
  }

  @Override
  public void checkReject(ApprovalAnswer answer) {}
}
