package io.retort.lane;

import io.retort.v1.Lane;
import io.retort.v1.LaneConfig;
import io.retort.v1.LaneEntry;
import io.retort.v1.LaneExit;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * A lane. Its slots are leases of live runs: a slot is free again when its run says that it ends,
 * and also when Temporal says that the run has ended. The workflow does not end.
 */
@WorkflowInterface
public interface LaneWorkflow {
  String TYPE = "Lane";
  String CONFIGURE = "configure";
  String ENTER = "enter";
  String LEAVE = "leave";
  String STATE = "state";
  String UNBLOCK = "unblock";

  /** Id of a lane's workflow. */
  static String id(String lane) {
    return "lane/" + lane;
  }

  @WorkflowMethod(name = TYPE)
  void run(Lane lane);

  /** Changes the policy, unless a later revision is known. */
  @SignalMethod(name = CONFIGURE)
  void configure(LaneConfig config);

  /**
   * A run asks for a slot. The lane answers with {@link LaneSeat#answer}. A run that asks again
   * keeps its place and receives the answer again.
   */
  @SignalMethod(name = ENTER)
  void enter(LaneEntry entry);

  /** A run ends, and gives back its slot or its place. */
  @SignalMethod(name = LEAVE)
  void leave(LaneExit exit);

  @QueryMethod(name = STATE)
  Lane state();

  /** Lets the runs behind a failed one start. */
  @UpdateMethod(name = UNBLOCK)
  Lane unblock();

  /** Rejects unblocking a lane that is not blocked. */
  @UpdateValidatorMethod(updateName = UNBLOCK)
  void checkUnblock();
}
