package io.retort.control;

import io.retort.activity.TaskQueues;
import io.temporal.client.WorkflowOptions;
import java.time.Duration;
import java.util.UUID;

/**
 * A workflow that answers one call of the API and is not asked for again.
 *
 * @param attempt what the caller wants, for messages: "start run a"
 */
record ShortCall(WorkflowOptions options, String type, Object argument, String attempt) {
  /**
   * @param kind begins the workflow's id
   * @param longest after this time Temporal ends the workflow, also if no worker has taken it
   */
  static ShortCall of(String kind, Duration longest, String type, Object argument, String attempt) {
    return new ShortCall(
        WorkflowOptions.newBuilder()
            .setWorkflowId(kind + "-" + UUID.randomUUID())
            .setTaskQueue(TaskQueues.RUNS)
            .setWorkflowExecutionTimeout(longest)
            .setStaticSummary(attempt)
            .build(),
        type,
        argument,
        attempt);
  }
}
