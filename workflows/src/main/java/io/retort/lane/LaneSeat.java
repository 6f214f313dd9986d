package io.retort.lane;

import io.retort.v1.LaneAnswer;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;

/** How a run that waits in a lane hears from it. */
@WorkflowInterface
public interface LaneSeat {
  String ANSWER = "laneAnswer";

  @SignalMethod(name = ANSWER)
  void answer(LaneAnswer answer);
}
