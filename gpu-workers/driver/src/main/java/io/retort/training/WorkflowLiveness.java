package io.retort.training;

import io.temporal.activity.ActivityInfo;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowTargetOptions;
import java.util.Objects;

/**
 * Whether anybody still waits for an activity. An attempt whose heartbeat finds nothing on the
 * server was either replaced by a newer one, which owns the trainer now, or its workflow has ended.
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
