package io.retort.training;

import io.temporal.activity.ActivityInfo;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowTargetOptions;
import java.util.Objects;

/**
 * Whether anything still waits for an activity. If the server does not find the attempt of a
 * heartbeat, a newer attempt replaced it and owns the trainer, or its workflow has ended.
 */
@FunctionalInterface
public interface WorkflowLiveness {
  /** Asks the server whether the workflow is open. */
  static WorkflowLiveness of(WorkflowClient client) {
    return info ->
        client
                .newUntypedWorkflowStub(
                    WorkflowTargetOptions.newBuilder()
                        .setWorkflowId(Objects.requireNonNull(info.getWorkflowId()))
                        .setRunId(info.getWorkflowRunId())
                        .build())
                .describe()
                .getStatus()
            == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
  }

  boolean isOpen(ActivityInfo info);
}
