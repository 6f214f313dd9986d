package io.retort.run;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.failure.Failures;
import io.retort.v1.Approval;
import io.retort.v1.ApprovalState;
import io.retort.v1.WriteReportResponse;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The wait for a person who decides whether the alias of a release moves. */
final class ApprovalControl {
  private static final int LONGEST_ACTOR = 100;
  private static final int LONGEST_NOTE = 1000;

  private final String runId;
  private final RunTracker tracker;
  private final PauseControl pauses;
  private final Runnable changed;

  /**
   * @param changed called, by who waits, once it is asked and once it is decided
   */
  ApprovalControl(String runId, RunTracker tracker, PauseControl pauses, Runnable changed) {
    this.runId = runId;
    this.tracker = tracker;
    this.pauses = pauses;
    this.changed = changed;
  }

  /**
   * Waits until somebody has approved or rejected the release, or the deadline has passed. Pauses
   * do not move the deadline. Returns whether it is approved.
   *
   * @param report what an approval is about
   */
  boolean ask(WriteReportResponse report, Duration patience) {
    long deadline = Workflow.currentTimeMillis() + patience.toMillis();
    tracker.ask(
        Approval.newBuilder()
            .setState(ApprovalState.APPROVAL_STATE_WAITING)
            .setReportUri(report.getReportUri())
            .setReportDigest(report.getReportDigest())
            .setAskedAt(Timestamps.fromMillis(Workflow.currentTimeMillis()))
            .setDeadline(Timestamps.fromMillis(deadline))
            .build());
    changed.run();
    while (isWaiting()) {
      pauses.awaitResumed();
      long left = deadline - Workflow.currentTimeMillis();
      if (isWaiting() && left <= 0) {
        decide(ApprovalState.APPROVAL_STATE_EXPIRED, "", "");
      } else if (isWaiting()) {
        tracker.awaitApproval();
        boolean unused =
            Workflow.await(Duration.ofMillis(left), () -> !isWaiting() || pauses.isPaused());
      }
    }
    pauses.awaitResumed();
    tracker.resume();
    changed.run();
    return approval().getState() == ApprovalState.APPROVAL_STATE_APPROVED;
  }

  void approve(ApprovalAnswer answer) {
    decide(ApprovalState.APPROVAL_STATE_APPROVED, text(answer.actor()), text(answer.note()));
  }

  void reject(ApprovalAnswer answer) {
    decide(ApprovalState.APPROVAL_STATE_REJECTED, text(answer.actor()), text(answer.note()));
  }

  /** Refuses an answer that nobody has asked for, that is too late, or about another report. */
  void check(@Nullable ApprovalAnswer answer) {
    Approval approval = approval();
    switch (approval.getState()) {
      case APPROVAL_STATE_WAITING -> {}
      case APPROVAL_STATE_APPROVED, APPROVAL_STATE_REJECTED ->
          throw refused(
              EnumText.words(approval.getState())
                  + " by "
                  + approval.getActor()
                  + " (expected: undecided)");
      case APPROVAL_STATE_EXPIRED, APPROVAL_STATE_WITHDRAWN ->
          throw refused(EnumText.words(approval.getState()) + " (expected: undecided)");
      case APPROVAL_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw refused(
              RunTracker.label(tracker.snapshot().getPhase()) + " (expected: AWAITING_APPROVAL)");
    }
    long late =
        Durations.toMillis(
            Timestamps.between(
                approval.getDeadline(), Timestamps.fromMillis(Workflow.currentTimeMillis())));
    if (late >= 0) {
      throw refused(
          "the deadline was "
              + Timestamps.toString(approval.getDeadline())
              + " (expected: an answer before it)");
    }
    String digest = answer == null ? "" : text(answer.reportDigest());
    if (!digest.equals(approval.getReportDigest())) {
      throw refused(
          "report_digest: "
              + (digest.isEmpty() ? "not set" : digest)
              + " (expected: "
              + approval.getReportDigest()
              + ", of "
              + approval.getReportUri()
              + ")");
    }
    checkLength("actor", answer == null ? "" : text(answer.actor()), 1, LONGEST_ACTOR);
    checkLength("note", answer == null ? "" : text(answer.note()), 0, LONGEST_NOTE);
  }

  private void checkLength(String field, String value, int least, int most) {
    if (value.length() < least || value.length() > most) {
      throw refused(
          field + ": " + value.length() + " characters (expected: " + least + " to " + most + ")");
    }
  }

  private RuntimeException refused(String what) {
    return Failures.user("APPROVAL_REFUSED", "run " + runId + ": " + what);
  }

  private void decide(ApprovalState state, String actor, String note) {
    tracker.decided(
        approval().toBuilder()
            .setState(state)
            .setActor(actor)
            .setNote(note)
            .setDecidedAt(Timestamps.fromMillis(Workflow.currentTimeMillis()))
            .build());
  }

  private boolean isWaiting() {
    return approval().getState() == ApprovalState.APPROVAL_STATE_WAITING;
  }

  private Approval approval() {
    return tracker.snapshot().getSummary().getRelease().getApproval();
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value.strip();
  }
}
