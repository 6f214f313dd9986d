package io.retort.event;

import io.retort.v1.Failure;
import io.retort.v1.GateResult;
import io.retort.v1.Pause;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.Run;
import io.retort.v1.RunSpec;
import io.retort.v1.StageProgress;

/** What events tell of a run: nothing of its data, prompts or endpoints, and bounded in size. */
final class RunOutline {
  private static final int LONGEST_TEXT = 1000;
  private static final int MOST_FINDINGS = 50;

  static Run of(Run run) {
    Run.Builder outline =
        Run.newBuilder()
            .setRunId(run.getRunId())
            .setPhase(run.getPhase())
            .setSpec(
                RunSpec.newBuilder()
                    .setName(run.getSpec().getName())
                    .setTeam(run.getSpec().getTeam()))
            .setOriginRunId(run.getOriginRunId())
            .setCreatedAt(run.getCreatedAt())
            .putAllLabels(run.getLabelsMap())
            .setNote(cut(run.getNote()))
            .setCreatedBy(run.getCreatedBy())
            .setSpent(run.getSpent())
            .setEventSequence(run.getEventSequence());
    if (run.hasFinishedAt()) {
      outline.setFinishedAt(run.getFinishedAt());
    }
    if (run.hasBudget()) {
      outline.setBudget(run.getBudget());
    }
    if (run.getStagesCount() > 0) {
      outline.addStages(of(run.getStages(run.getStagesCount() - 1)));
    }
    if (run.hasFailure()) {
      outline.setFailure(of(run.getFailure()));
    }
    if (run.hasPause()) {
      outline.setPause(of(run.getPause()));
    }
    addResults(run, outline);
    return outline.build();
  }

  /** Without the figures that its sentences are about. */
  static GateResult of(GateResult gate) {
    GateResult.Builder outline = gate.toBuilder().clearFindings();
    gate.getFindingsList().stream()
        .limit(MOST_FINDINGS)
        .forEach(
            finding ->
                outline.addFindings(
                    finding.toBuilder().clearComparison().setSentence(cut(finding.getSentence()))));
    return outline.build();
  }

  private static void addResults(Run run, Run.Builder outline) {
    if (!run.getSummary().getReportUri().isEmpty()) {
      outline.getSummaryBuilder().setReportUri(run.getSummary().getReportUri());
    }
    if (run.getSummary().hasRelease()) {
      ReleaseSummary release = run.getSummary().getRelease();
      outline
          .getSummaryBuilder()
          .setRelease(
              ReleaseSummary.newBuilder()
                  .setModel(release.getModel())
                  .setVersion(release.getVersion())
                  .setAlias(release.getAlias())
                  .setModelUri(release.getModelUri())
                  .setReportUri(release.getReportUri()));
    }
  }

  private static StageProgress of(StageProgress stage) {
    StageProgress.Builder outline =
        StageProgress.newBuilder()
            .setStage(stage.getStage())
            .setPhase(stage.getPhase())
            .setStartedAt(stage.getStartedAt())
            .setDone(stage.getDone())
            .setTotal(stage.getTotal())
            .setUnit(stage.getUnit())
            .setDetail(cut(stage.getDetail()))
            .setReuse(stage.getReuse())
            .setMadeByRunId(stage.getMadeByRunId());
    if (stage.hasFinishedAt()) {
      outline.setFinishedAt(stage.getFinishedAt());
    }
    return outline.build();
  }

  private static Failure of(Failure failure) {
    return Failure.newBuilder()
        .setCategory(failure.getCategory())
        .setType(failure.getType())
        .setMessage(cut(failure.getMessage()))
        .build();
  }

  private static Pause of(Pause pause) {
    Pause.Builder outline =
        Pause.newBuilder().setCategory(pause.getCategory()).setMessage(cut(pause.getMessage()));
    if (pause.hasFailure()) {
      outline.setFailure(of(pause.getFailure()));
    }
    if (pause.hasResumesAt()) {
      outline.setResumesAt(pause.getResumesAt());
    }
    return outline.build();
  }

  private static String cut(String text) {
    int end =
        text.offsetByCodePoints(0, Math.min(LONGEST_TEXT, text.codePointCount(0, text.length())));
    return end == text.length() ? text : text.substring(0, end) + "...";
  }

  private RunOutline() {}
}
