package io.retort.training;

import io.temporal.activity.ActivityInfo;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowTargetOptions;
import java.util.Objects;
import java.util.function.Predicate;

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

  /** Whether the workflow of an id is known to have ended; false for one that is unknown. */
  static Predicate<String> hasEnded(WorkflowClient client) {
    return workflowId -> {
      try {
        return client.newUntypedWorkflowStub(workflowId).describe().getStatus()
            != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
      } catch (WorkflowNotFoundException e) {
        return false;
      }
    };
  }

  boolean isOpen(ActivityInfo info);
}
