package io.retort.run;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.event.EventOutbox;
import io.retort.stage.RunStage;
import io.retort.stage.StageOutput;
import io.retort.v1.AliasChange;
import io.retort.v1.AliasChangeKind;
import io.retort.v1.Approval;
import io.retort.v1.ApprovalState;
import io.retort.v1.Calibration;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.Event;
import io.retort.v1.ExportSummary;
import io.retort.v1.Failure;
import io.retort.v1.FlipSummary;
import io.retort.v1.GateResult;
import io.retort.v1.LanePlace;
import io.retort.v1.Pause;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageRecord;
import io.retort.v1.StageReuse;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.function.Consumer;

/**
 * The workflow's view of its run, mirrored into search attributes and the Temporal UI's current
 * details.
 */
final class RunTracker {
  private final RunRequest request;
  private final Run.Builder run;
  private final EventOutbox outbox = new EventOutbox();

  RunTracker(RunRequest request) {
    this.request = request;
    run =
        Run.newBuilder()
            .setRunId(request.getRunId())
            .setSpec(request.getSpec())
            .setOriginRunId(request.getOriginRunId())
            .setPhase(RunPhase.RUN_PHASE_QUEUED)
            .putAllLabels(request.getLabelsMap())
            .setNote(request.getNote())
            .setCreatedBy(request.getCreatedBy())
            .addAllFreshStages(request.getFreshStagesList())
            .setRescores(request.getRescores())
            .setCreatedAt(now());
    if (request.getSpec().getJudge().hasBudget()) {
      run.setBudget(request.getSpec().getJudge().getBudget());
    }
    outbox.phaseChanged(run, RunPhase.RUN_PHASE_UNSPECIFIED, now());
  }

  Run snapshot() {
    return run.build();
  }

  /** Events that no record has taken along yet. */
  List<Event> events() {
    return outbox.events();
  }

  /** Forgets events that a record has taken along. */
  void handedOver(List<Event> events) {
    outbox.handedOver(events);
  }

  void enter(Stage stage, String unit, long total) {
    run.addStages(
        StageProgress.newBuilder()
            .setStage(stage)
            .setPhase(RunPhase.RUN_PHASE_RUNNING)
            .setStartedAt(now())
            .setUnit(unit)
            .setTotal(total)
            .setEtaSeconds(-1));
    phase(RunPhase.RUN_PHASE_RUNNING);
    Workflow.upsertTypedSearchAttributes(
        RunSearchAttributes.PHASE.valueSet(label(run.getPhase())),
        RunSearchAttributes.STAGE.valueSet(label(stage)),
        RunSearchAttributes.PROGRESS.valueSet((run.getStagesCount() - 1) / (double) stages()));
    showDetails();
  }

  void pause(Pause pause) {
    run.setPause(pause);
    enterPhase(RunPhase.RUN_PHASE_PAUSED);
  }

  /** The limit of the judge's cost. */
  void budget(double budget) {
    run.setBudget(budget);
  }

  /** Cost of the judge's calls, as far as it is known. */
  void spent(double cost) {
    run.setSpent(cost);
  }

  /** Adds warnings for people; does nothing if there are none. */
  void warn(List<String> warnings) {
    run.addAllWarnings(warnings);
  }

  void resume() {
    run.clearPause();
    enterPhase(run.getStagesCount() == 0 ? RunPhase.RUN_PHASE_QUEUED : RunPhase.RUN_PHASE_RUNNING);
  }

  /** Changes nothing but the description, which Temporal does not record. */
  void lane(LanePlace place) {
    run.setLane(place);
    showDetails();
  }

  /** Changes the phase of the run and of its current stage. */
  private void enterPhase(RunPhase phase) {
    if (isStageUnderWay()) {
      currentStage().setPhase(phase);
    }
    phase(phase);
    Workflow.upsertTypedSearchAttributes(RunSearchAttributes.PHASE.valueSet(label(phase)));
    showDetails();
  }

  /** Sets the total work of the current stage, once it is known. */
  void expect(long total) {
    currentStage().setTotal(total);
  }

  void report(String reportUri) {
    run.getSummaryBuilder().getReleaseBuilder().setReportUri(reportUri);
  }

  void export(ExportSummary export) {
    run.getSummaryBuilder().setExport(export);
  }

  /** Adds to the finished work of the current stage. */
  void advance(long done, String detail) {
    StageProgress.Builder stage = currentStage();
    stage.setDone(stage.getDone() + done).setDetail(detail);
    showDetails();
  }

  /** Ends the current stage. */
  void leave(long done, String detail, Consumer<RunSummary.Builder> summary) {
    currentStage()
        .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
        .setFinishedAt(now())
        .setDone(done)
        .setTotal(done)
        .setDetail(detail)
        .setEtaSeconds(0);
    summary.accept(run.getSummaryBuilder());
    showDetails();
  }

  void enter(RunStage stage) {
    enter(stage.stage(), stage.unit(), 0);
  }

  /** Records the fingerprint of the current stage. */
  void fingerprint(String sha256) {
    currentStage().setFingerprint(sha256);
  }

  /** Records that the current stage has to run. */
  void run(String reason) {
    currentStage().setReuse(StageReuse.STAGE_REUSE_RUN).setDetail(reason);
    showDetails();
  }

  /** Ends the current stage with its own output. */
  void leave(StageOutput output) {
    leave(output.done(), output.detail(), summary -> summary.mergeFrom(output.summary()));
    showDataset(output.summary());
  }

  /** Ends the current stage with a result that another run made. */
  void take(StageRecord record) {
    currentStage()
        .setReuse(StageReuse.STAGE_REUSE_HIT)
        .setMadeByRunId(record.getRunId())
        .setUnit(record.getProgress().getUnit());
    leave(
        record.getProgress().getDone(),
        record.getProgress().getDetail(),
        summary -> summary.mergeFrom(record.getSummary()));
    showDataset(record.getSummary());
  }

  /** The current stage. */
  StageProgress current() {
    return currentStage().build();
  }

  /** Records that the alias names the version that the run has published. */
  void alias(String alias) {
    ReleaseSummary release = run.getSummaryBuilder().getReleaseBuilder().setAlias(alias).build();
    outbox.aliasMoved(
        run,
        release.getModel(),
        AliasChange.newBuilder()
            .setAlias(alias)
            .setToVersion(release.getVersion())
            .setKind(AliasChangeKind.ALIAS_CHANGE_KIND_RELEASE)
            .setRunId(run.getRunId())
            .setChangedAt(now())
            .build(),
        now());
  }

  void gate(GateResult gate) {
    run.getSummaryBuilder().getReleaseBuilder().setGate(gate);
    outbox.gateDecided(run, gate, now());
  }

  void flips(FlipSummary flips) {
    run.getSummaryBuilder().setFlips(flips);
  }

  void calibrations(List<Calibration> calibrations) {
    run.getSummaryBuilder().clearCalibrations().addAllCalibrations(calibrations);
  }

  void ask(Approval approval) {
    run.getSummaryBuilder().getReleaseBuilder().setApproval(approval);
    outbox.approvalAsked(run, approval, now());
    awaitApproval();
  }

  void awaitApproval() {
    enterPhase(RunPhase.RUN_PHASE_AWAITING_APPROVAL);
  }

  void decided(Approval approval) {
    run.getSummaryBuilder().getReleaseBuilder().setApproval(approval);
    outbox.approvalDecided(run, approval, now());
    showDetails();
  }

  void runReport(String reportUri) {
    run.getSummaryBuilder().setReportUri(reportUri);
    showDetails();
  }

  void models(List<EvaluatedModel> models) {
    run.getSummaryBuilder().clearModels().addAllModels(models);
  }

  private void showDataset(RunSummary made) {
    if (made.hasIngest()) {
      dataset(made.getIngest().getDataset().getSha256());
    }
  }

  void dataset(String sha256) {
    Workflow.upsertTypedSearchAttributes(RunSearchAttributes.DATASET.valueSet(sha256));
  }

  void succeed() {
    end(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  void cancel() {
    endStage(RunPhase.RUN_PHASE_CANCELLED);
    end(RunPhase.RUN_PHASE_CANCELLED);
  }

  void fail(Failure failure) {
    run.setFailure(failure);
    endStage(RunPhase.RUN_PHASE_FAILED);
    end(RunPhase.RUN_PHASE_FAILED);
  }

  private void end(RunPhase phase) {
    run.clearPause().setFinishedAt(now());
    if (isAsked()) {
      Approval withdrawn =
          run.getSummaryBuilder()
              .getReleaseBuilder()
              .getApprovalBuilder()
              .setState(ApprovalState.APPROVAL_STATE_WITHDRAWN)
              .setDecidedAt(now())
              .build();
      outbox.approvalDecided(run, withdrawn, now());
    }
    phase(phase);
    Workflow.upsertTypedSearchAttributes(
        RunSearchAttributes.PHASE.valueSet(label(phase)),
        RunSearchAttributes.PROGRESS.valueSet(finishedStages() / (double) stages()));
    showDetails();
  }

  private void endStage(RunPhase phase) {
    if (isStageUnderWay()) {
      currentStage().setPhase(phase).setFinishedAt(now());
    }
  }

  private void phase(RunPhase next) {
    RunPhase previous = run.getPhase();
    run.setPhase(next);
    if (next != previous) {
      outbox.phaseChanged(run, previous, now());
    }
  }

  private boolean isAsked() {
    return run.getSummary().getRelease().getApproval().getState()
        == ApprovalState.APPROVAL_STATE_WAITING;
  }

  private boolean isStageUnderWay() {
    return run.getStagesCount() > 0 && !currentStage().hasFinishedAt();
  }

  private StageProgress.Builder currentStage() {
    return run.getStagesBuilder(run.getStagesCount() - 1);
  }

  private int stages() {
    return RunStages.with(request).size();
  }

  private long finishedStages() {
    return run.getStagesList().stream()
        .filter(stage -> stage.getPhase() == RunPhase.RUN_PHASE_SUCCEEDED)
        .count();
  }

  private void showDetails() {
    Workflow.setCurrentDetails(RunDetails.of(run));
  }

  static String label(RunPhase phase) {
    return EnumText.shortName(phase);
  }

  static String label(Stage stage) {
    return EnumText.shortName(stage);
  }

  private static Timestamp now() {
    return Timestamps.fromMillis(Workflow.currentTimeMillis());
  }
}
