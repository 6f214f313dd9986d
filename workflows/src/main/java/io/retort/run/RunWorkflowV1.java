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

/** {@link RunWorkflow} before stages had fingerprints; runs of this type may still exist. */
@WorkflowInterface
public interface RunWorkflowV1 {
  String TYPE = "RunWorkflow";

  @WorkflowMethod(name = TYPE)
  Run run(RunRequest request);

  @QueryMethod
  Run getRun();

  @UpdateMethod(name = RunWorkflow.PAUSE)
  Run pause(PauseRunRequest request);

  @UpdateValidatorMethod(updateName = RunWorkflow.PAUSE)
  void checkPause(PauseRunRequest request);

  @UpdateMethod(name = RunWorkflow.RESUME)
  Run resume(ResumeRunRequest request);

  @UpdateValidatorMethod(updateName = RunWorkflow.RESUME)
  void checkResume(ResumeRunRequest request);
}
