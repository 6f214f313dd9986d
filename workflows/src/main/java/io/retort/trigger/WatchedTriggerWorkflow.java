package io.retort.trigger;

import io.retort.v1.WatchConfig;
import io.retort.v1.WatchedTrigger;
import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * The watch of a trigger's location. It looks from time to time, and fires once the new files are
 * quiet. The control plane terminates it with its trigger; it ends by itself only if the trigger is
 * gone when it fires.
 */
@WorkflowInterface
public interface WatchedTriggerWorkflow {
  String TYPE = "WatchedTrigger";
  String CONFIGURE = "configure";
  String STATE = "state";

  /** Field of the workflow's memo with the {@link WatchConfig} that it follows. */
  String CONFIG = "config";

  /** Id of a trigger's watch. */
  static String id(String trigger) {
    return "watch/" + trigger;
  }

  @WorkflowMethod(name = TYPE)
  void run(WatchedTrigger watch);

  /** Follows the trigger as it is now, unless a later revision is known. */
  @SignalMethod(name = CONFIGURE)
  void configure(WatchConfig config);

  @QueryMethod(name = STATE)
  WatchedTrigger state();
}
