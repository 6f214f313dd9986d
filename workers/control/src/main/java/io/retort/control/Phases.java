package io.retort.control;

import io.retort.enums.EnumText;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.util.Optional;

/** Maps Temporal's status of a workflow to the phase of its run. */
final class Phases {
  static boolean isTerminal(RunPhase phase) {
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

  /** Empty while the workflow runs. */
  static Optional<RunPhase> ofClosed(WorkflowExecutionStatus status) {
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

  /** The phase in a search attribute, QUEUED if it is unknown. */
  static RunPhase ofLabel(String label) {
    for (RunPhase phase : RunPhase.values()) {
      if (label(phase).equals(label)) {
        return phase;
      }
    }
    return RunPhase.RUN_PHASE_QUEUED;
  }

  static Stage stageOfLabel(String label) {
    for (Stage stage : Stage.values()) {
      if (stage.name().equals("STAGE_" + label)) {
        return stage;
      }
    }
    return Stage.STAGE_UNSPECIFIED;
  }

  static String label(RunPhase phase) {
    return EnumText.shortName(phase);
  }

  private Phases() {}
}
