package io.retort.enums;

import io.retort.v1.RunPhase;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.util.Optional;

/** Phases of runs and of their stages. */
public final class RunPhases {
  /** Whether a run or stage in this phase has ended for good. */
  public static boolean isTerminal(RunPhase phase) {
    return switch (phase) {
      case RUN_PHASE_SUCCEEDED, RUN_PHASE_FAILED, RUN_PHASE_CANCELLED -> true;
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_PAUSED,
          RUN_PHASE_AWAITING_APPROVAL,
          UNRECOGNIZED ->
          false;
    };
  }

  /** The phase of a run whose workflow has ended so; empty while the workflow runs. */
  public static Optional<RunPhase> ofClosed(WorkflowExecutionStatus status) {
    return switch (status) {
      case WORKFLOW_EXECUTION_STATUS_COMPLETED -> Optional.of(RunPhase.RUN_PHASE_SUCCEEDED);
      case WORKFLOW_EXECUTION_STATUS_CANCELED -> Optional.of(RunPhase.RUN_PHASE_CANCELLED);
      case WORKFLOW_EXECUTION_STATUS_FAILED,
          WORKFLOW_EXECUTION_STATUS_TERMINATED,
          WORKFLOW_EXECUTION_STATUS_TIMED_OUT ->
          Optional.of(RunPhase.RUN_PHASE_FAILED);
      case WORKFLOW_EXECUTION_STATUS_UNSPECIFIED,
          WORKFLOW_EXECUTION_STATUS_RUNNING,
          WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
          WORKFLOW_EXECUTION_STATUS_PAUSED,
          UNRECOGNIZED ->
          Optional.empty();
    };
  }

  private RunPhases() {}
}
