package io.retort.pages;

import io.retort.identity.Caller;
import io.retort.report.Figures;
import io.retort.v1.Approval;
import io.retort.v1.ApprovalState;
import io.retort.v1.GateFinding;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Role;
import io.retort.v1.Run;
import java.util.List;
import java.util.Optional;

/**
 * A decision of a person, with what the report says about it.
 *
 * @param waiting whether it can be decided now
 * @param state who decided what, or until when it can be decided
 * @param move what approving does
 * @param gate what the gate decided
 * @param findings a sentence for each condition of the gate
 * @param digest of the report that the decision is about
 * @param allowed whether the reader may decide
 */
public record ApprovalView(
    boolean waiting,
    String state,
    String move,
    String gate,
    List<String> findings,
    String digest,
    boolean hasReport,
    boolean allowed) {
  static Optional<ApprovalView> of(Run run, Caller reader) {
    ReleaseSummary release = run.getSummary().getRelease();
    if (!release.hasApproval()) {
      return Optional.empty();
    }
    Approval approval = release.getApproval();
    return Optional.of(
        new ApprovalView(
            approval.getState() == ApprovalState.APPROVAL_STATE_WAITING,
            Figures.approval(approval),
            "Alias "
                + alias(run)
                + " of "
                + release.getModel()
                + " moves to version "
                + release.getVersion(),
            release.hasGate() ? Figures.gate(release.getGate()) : "",
            release.getGate().getFindingsList().stream().map(GateFinding::getSentence).toList(),
            approval.getReportDigest(),
            !approval.getReportUri().isEmpty(),
            reader.holds(Role.ROLE_APPROVER, run.getSpec().getTeam())));
  }

  /** The results name the alias after it has moved. */
  private static String alias(Run run) {
    String moved = run.getSummary().getRelease().getAlias();
    return moved.isEmpty() ? run.getSpec().getRelease().getAlias() : moved;
  }
}
