package io.retort.run;

import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.retort.v1.SetRunBudgetRequest;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * One run: the stages of {@link RunStages}, up to the spec's last stage. Its workflow id is the run
 * id. A run that returns has SUCCEEDED. A USER failure or a cancellation fails or cancels the
 * workflow, after report and record were written. Any other failure pauses the run.
 */
@WorkflowInterface
public interface RunWorkflow {
  String TYPE = "Run";
  String PAUSE = "pause";
  String RESUME = "resume";
  String SET_BUDGET = "setBudget";
  String APPROVE = "approve";
  String REJECT = "reject";

  @WorkflowMethod(name = TYPE)
  Run run(RunRequest request);

  /**
   * The workflow's view of the run. The heartbeats of its activities report the live progress of
   * the current stage.
   */
  @QueryMethod
  Run getRun();

  /**
   * Stops running work within seconds and keeps everything finished. A stage that cannot stop
   * half-way, such as ingest, ends first. Has no effect on a paused run.
   */
  @UpdateMethod(name = PAUSE)
  Run pause(PauseRunRequest request);

  /** Rejects a pause of a run that has ended. */
  @UpdateValidatorMethod(updateName = PAUSE)
  void checkPause(PauseRunRequest request);

  /** Continues where the run paused. Changes only the budget if the run is not paused. */
  @UpdateMethod(name = RESUME)
  Run resume(ResumeRunRequest request);

  /** Rejects resuming a run that has ended or whose budget is spent. */
  @UpdateValidatorMethod(updateName = RESUME)
  void checkResume(ResumeRunRequest request);

  /** Replaces the budget, and leaves the run paused or running as it is. */
  @UpdateMethod(name = SET_BUDGET)
  Run setBudget(SetRunBudgetRequest request);

  /** Rejects the budget of a run that has ended, and one that is spent already. */
  @UpdateValidatorMethod(updateName = SET_BUDGET)
  void checkSetBudget(SetRunBudgetRequest request);

  /** Lets the alias of a release that awaits approval move. */
  @UpdateMethod(name = APPROVE)
  Run approve(ApprovalAnswer answer);

  /**
   * Rejects the approval of a run that awaits none, of one that is decided or expired, and of
   * another report.
   */
  @UpdateValidatorMethod(updateName = APPROVE)
  void checkApprove(ApprovalAnswer answer);

  /** Leaves the alias of a release that awaits approval where it is. */
  @UpdateMethod(name = REJECT)
  Run reject(ApprovalAnswer answer);

  /** Rejects what {@link #checkApprove} does. */
  @UpdateValidatorMethod(updateName = REJECT)
  void checkReject(ApprovalAnswer answer);
}
