package io.retort.action;

import io.retort.v1.ApprovalState;
import io.retort.v1.Run;
import io.retort.v1.RunAction;
import java.util.List;
import java.util.stream.Stream;

/**
 * The actions that a run allows in its current phase. Who may take them is a matter of roles: each
 * action is a method of {@code RunService}, with its required role.
 */
public final class RunActions {
  private static final List<RunAction> ENDED =
      List.of(
          RunAction.RUN_ACTION_RETRAIN,
          RunAction.RUN_ACTION_UPDATE,
          RunAction.RUN_ACTION_COMPARE,
          RunAction.RUN_ACTION_DELETE);

  private static final List<RunAction> PAUSED =
      List.of(
          RunAction.RUN_ACTION_RESUME,
          RunAction.RUN_ACTION_RETRY,
          RunAction.RUN_ACTION_CANCEL,
          RunAction.RUN_ACTION_SET_BUDGET,
          RunAction.RUN_ACTION_RETRAIN,
          RunAction.RUN_ACTION_UPDATE);

  private static final List<RunAction> DECISIONS =
      List.of(RunAction.RUN_ACTION_APPROVE, RunAction.RUN_ACTION_REJECT);

  /** In a fixed order: first what most people look for. */
  public static List<RunAction> of(Run run) {
    return switch (run.getPhase()) {
      case RUN_PHASE_QUEUED, RUN_PHASE_WAITING_FOR_RESOURCES, RUN_PHASE_RUNNING ->
          List.of(
              RunAction.RUN_ACTION_PAUSE,
              RunAction.RUN_ACTION_CANCEL,
              RunAction.RUN_ACTION_SET_BUDGET,
              RunAction.RUN_ACTION_RETRAIN,
              RunAction.RUN_ACTION_UPDATE);
      case RUN_PHASE_PAUSED ->
          asksForApproval(run)
              ? Stream.concat(DECISIONS.stream(), PAUSED.stream()).toList()
              : PAUSED;
      case RUN_PHASE_AWAITING_APPROVAL ->
          List.of(
              RunAction.RUN_ACTION_APPROVE,
              RunAction.RUN_ACTION_REJECT,
              RunAction.RUN_ACTION_PAUSE,
              RunAction.RUN_ACTION_CANCEL,
              RunAction.RUN_ACTION_SET_BUDGET,
              RunAction.RUN_ACTION_RETRAIN,
              RunAction.RUN_ACTION_UPDATE);
      case RUN_PHASE_SUCCEEDED -> ENDED;
      case RUN_PHASE_FAILED, RUN_PHASE_CANCELLED ->
          Stream.concat(Stream.of(RunAction.RUN_ACTION_RETRY), ENDED.stream()).toList();
      case RUN_PHASE_UNSPECIFIED, UNRECOGNIZED -> List.of();
    };
  }

  /** Whether the run stands still until a person acts. */
  public static boolean waitsForPerson(Run run) {
    return switch (run.getPhase()) {
      case RUN_PHASE_AWAITING_APPROVAL ->
          !run.getSummary().getRelease().hasApproval() || asksForApproval(run);
      case RUN_PHASE_PAUSED -> !run.getPause().hasResumesAt();
      case RUN_PHASE_UNSPECIFIED,
          RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_SUCCEEDED,
          RUN_PHASE_FAILED,
          RUN_PHASE_CANCELLED,
          UNRECOGNIZED ->
          false;
    };
  }

  /** Also while it is paused: a pause does not withdraw the question. */
  private static boolean asksForApproval(Run run) {
    return run.getSummary().getRelease().getApproval().getState()
        == ApprovalState.APPROVAL_STATE_WAITING;
  }

  private RunActions() {}
}
