package io.retort.run;

import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.temporal.activity.ActivityInterface;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** A run without stages, which holds its slot until the test ends it. */
@WorkflowInterface
public interface HeldRun {
  @WorkflowMethod
  Run run(RunRequest request);

  @SignalMethod
  void end(RunPhase phase);

  @QueryMethod
  Run getRun();

  /** Which runs have a slot at the moment. */
  @ActivityInterface
  interface Occupancy {
    void occupy(String runId);

    void vacate(String runId);
  }
}
