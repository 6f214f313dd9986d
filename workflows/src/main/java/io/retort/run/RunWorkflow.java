package io.retort.run;

import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * One run: the stages of {@link RunStages}, by the spec's last stage. Its workflow id is the run
 * id. Ends SUCCEEDED by returning; a failure of the user's or a cancellation ends the workflow as
 * such, after report and record were written. Any other failure pauses the run.
 */
@WorkflowInterface
public interface RunWorkflow {
  String TYPE = "Run";
  String PAUSE = "pause";
  String RESUME = "resume";
  String APPROVE = "approve";
  String REJECT = "reject";

  @WorkflowMethod(name = TYPE)
  Run run(RunRequest request);

  /**
   * The run as the workflow knows it. Live progress of the stage under way is in the heartbeats of
   * its activities.
   */
  @QueryMethod
  Run getRun();

  /**
   * Stops what is under way within seconds, with everything finished kept; a stage that cannot stop
   * half-way, such as ingest, ends first. Changes nothing when the run is paused.
   */
  @UpdateMethod(name = PAUSE)
  Run pause(PauseRunRequest request);

  /** Rejects the pause of a run that has ended. */
  @UpdateValidatorMethod(updateName = PAUSE)
  void checkPause(PauseRunRequest request);

  /** Goes on where the run paused. Changes nothing but the budget when the run is not paused. */
  @UpdateMethod(name = RESUME)
  Run resume(ResumeRunRequest request);

  /** Rejects the end of a pause of a run that has ended, or whose budget is spent. */
  @UpdateValidatorMethod(updateName = RESUME)
  void checkResume(ResumeRunRequest request);

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
