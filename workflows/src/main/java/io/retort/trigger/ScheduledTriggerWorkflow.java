package io.retort.trigger;

import io.retort.v1.ScheduledTrigger;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * One time of a trigger's schedule. Where the schedule's overlap policy depends on it, the workflow
 * stays open until the run that it has launched has ended.
 */
@WorkflowInterface
public interface ScheduledTriggerWorkflow {
  String TYPE = "ScheduledTrigger";

  /** Id of a trigger's schedule; its workflows have it with the time behind. */
  static String scheduleId(String trigger) {
    return "trigger/" + trigger;
  }

  @WorkflowMethod(name = TYPE)
  void run(ScheduledTrigger scheduled);
}
