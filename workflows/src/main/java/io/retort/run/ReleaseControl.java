package io.retort.run;

import io.retort.activity.ActivityPolicies;
import io.retort.evaluation.EvaluatedModels;
import io.retort.evaluation.EvaluationActivities;
import io.retort.release.ReleaseActivities;
import io.retort.release.ReleaseGate;
import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.GateAction;
import io.retort.v1.GateResult;
import io.retort.v1.MoveAliasRequest;
import io.retort.v1.ReleaseSpec;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.RunContext;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSummary;
import io.retort.v1.WriteReportRequest;
import io.retort.v1.WriteReportResponse;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;

/** Which model of a run is published, and whether its alias moves. */
final class ReleaseControl {
  private final EvaluationActivities evaluations =
      Workflow.newActivityStub(
          EvaluationActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(EvaluationActivities.COMPARE_FOR_GATE));
  private final ReleaseActivities releases =
      Workflow.newActivityStub(
          ReleaseActivities.class,
          ActivityPolicies.BY_NAME,
          StageOptions.of(ReleaseActivities.WRITE_REPORT, ReleaseActivities.MOVE_ALIAS));
  private final RunRequest request;
  private final ReleaseSpec release;
  private final RunTracker tracker;
  private final FaultTolerance faults;
  private final ApprovalControl approvals;
  private GateResult gate =
      GateResult.newBuilder()
          .setAction(GateAction.GATE_ACTION_RELEASE)
          .setModel(EvaluatedModels.STAGE_2)
          .build();

  ReleaseControl(
      RunRequest request, RunTracker tracker, FaultTolerance faults, ApprovalControl approvals) {
    this.request = request;
    release = request.getSpec().getRelease();
    this.tracker = tracker;
    this.faults = faults;
    this.approvals = approvals;
  }

  /** Before the release stage. Returns the name of the model that it publishes. */
  String decide() {
    if (release.hasGate()) {
      RunSummary summary = tracker.snapshot().getSummary();
      gate = ReleaseGate.decide(release, summary.getComparisonsList(), compare(summary));
    }
    return gate.getModel();
  }

  /** The alias moves last, so that everything exists when it is resolved. */
  void finish() {
    boolean released = tracker.snapshot().getSummary().hasRelease();
    if (released && release.hasGate()) {
      tracker.gate(gate);
    }
    if (released && gate.getAction() == GateAction.GATE_ACTION_ASK) {
      ask();
    }
    tracker.runReport(writeReport(false).getReportUri());
    if (released && gate.getAction() == GateAction.GATE_ACTION_RELEASE) {
      moveAlias(tracker.snapshot().getSummary().getRelease());
    }
  }

  private CompareForGateResponse compare(RunSummary summary) {
    if (!ReleaseGate.needsComparisons(release.getGate())) {
      return CompareForGateResponse.getDefaultInstance();
    }
    return faults.call(
        () ->
            evaluations.compareForGate(
                CompareForGateRequest.newBuilder()
                    .setRun(
                        RunContext.newBuilder()
                            .setRunId(request.getRunId())
                            .setStoreUri(request.getStoreUri())
                            .setSpec(request.getSpec()))
                    .addAllScores(summary.getScoreRecordsList())
                    .putModels(EvaluatedModels.STAGE_1, summary.getSft().getModelSha256())
                    .putModels(EvaluatedModels.STAGE_2, summary.getCogpo().getModelSha256())
                    .build()));
  }

  private void ask() {
    WriteReportResponse report = writeReport(true);
    boolean approved =
        approvals.ask(
            report,
            Duration.ofSeconds(
                Integer.toUnsignedLong(release.getGate().getApprovalDeadlineSeconds())));
    gate =
        gate.toBuilder()
            .setAction(approved ? GateAction.GATE_ACTION_RELEASE : GateAction.GATE_ACTION_HOLD)
            .build();
    tracker.gate(gate);
  }

  /**
   * @param forApproval under a name of its own, which the run's last report does not replace
   */
  private WriteReportResponse writeReport(boolean forApproval) {
    return faults.call(
        () ->
            releases.writeReport(
                WriteReportRequest.newBuilder()
                    .setRun(tracker.snapshot())
                    .setStoreUri(request.getStoreUri())
                    .setForApproval(forApproval)
                    .build()));
  }

  /** A version that was taken over may be older than the one that the alias points to. */
  private void moveAlias(ReleaseSummary published) {
    String alias = release.getAlias();
    MoveAliasRequest.Builder move =
        MoveAliasRequest.newBuilder()
            .setStoreUri(request.getStoreUri())
            .setModel(published.getModel())
            .setAlias(alias)
            .setVersion(published.getVersion())
            .setRunId(request.getRunId());
    boolean compared = ReleaseGate.isAboutAlias(release.getGate());
    if (compared) {
      move.setExpectedVersion(gate.getAliasVersion());
    }
    int version = faults.call(() -> releases.moveAlias(move.build())).getVersion();
    if (version == published.getVersion()) {
      tracker.alias(alias);
    } else {
      boolean movedMeanwhile = compared && version != gate.getAliasVersion();
      tracker.warn(
          List.of(
              "alias "
                  + alias
                  + " stays at "
                  + named(version)
                  + ": "
                  + (movedMeanwhile
                      ? "the gate has compared with "
                          + named(gate.getAliasVersion())
                          + ", which it named before"
                      : named(published.getVersion())
                          + " is lower, has been its version before, or was deleted")
                  + "; to move it all the same: retort models promote "
                  + published.getModel()
                  + ":v"
                  + published.getVersion()
                  + " "
                  + alias
                  + " --reason WHY"));
    }
  }

  private static String named(int version) {
    return version == 0 ? "no version" : "v" + version;
  }
}
