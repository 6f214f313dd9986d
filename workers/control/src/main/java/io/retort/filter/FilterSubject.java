package io.retort.filter;

import io.retort.identity.Caller;
import io.retort.v1.Role;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import java.util.List;
import java.util.Map;

/**
 * What a filter sees of a run.
 *
 * @param students models that are trained or evaluated
 * @param datasets places and digests of the training data
 * @param stage the last stage that has begun, or unspecified
 * @param waits whether it stands still until a person acts
 */
public record FilterSubject(
    String runId,
    String name,
    String team,
    List<String> students,
    List<String> datasets,
    String createdBy,
    String origin,
    RunPhase phase,
    Stage stage,
    long createdMillis,
    Map<String, String> labels,
    boolean waits) {
  /** Whether the run waits for a decision that the caller may make, or is the caller's own. */
  boolean waitsFor(Caller caller) {
    return waits
        && (phase == RunPhase.RUN_PHASE_AWAITING_APPROVAL
            ? caller.holds(Role.ROLE_APPROVER, team)
            : (createdBy.isEmpty() || createdBy.equals(caller.name()))
                && caller.holds(Role.ROLE_OPERATOR, team));
  }
}
