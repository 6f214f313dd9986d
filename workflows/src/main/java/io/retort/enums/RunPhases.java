package io.retort.enums;

import io.retort.v1.RunPhase;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Phases of runs and of their stages. */
public final class RunPhases {
  /**
   * The phases that lists and events know, in the order of the contract. WAITING_FOR_RESOURCES is
   * not among them: it is seen only where a live run is read by itself.
   */
  public static final List<RunPhase> LISTED =
      Arrays.stream(RunPhase.values())
          .filter(
              phase ->
                  phase != RunPhase.RUN_PHASE_UNSPECIFIED
                      && phase != RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES
                      && phase != RunPhase.UNRECOGNIZED)
          .toList();

  /** What is expected of who selects runs or events by phase, for messages. */
  public static final String LISTED_EXPECTED =
      LISTED.stream().map(EnumText::shortName).collect(Collectors.joining(", ", "one of ", ""))
          + "; a run whose trainers wait is RUNNING in lists and events";

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
