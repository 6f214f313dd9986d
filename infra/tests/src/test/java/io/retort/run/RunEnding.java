package io.retort.run;

import io.retort.v1.RunPhase;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;

/** How a test ends a {@link StagelessRun}. */
@WorkflowInterface
public interface RunEnding {
  String END = "end";

  /**
   * @param phase SUCCEEDED or FAILED
   */
  @SignalMethod(name = END)
  void end(RunPhase phase);
}
