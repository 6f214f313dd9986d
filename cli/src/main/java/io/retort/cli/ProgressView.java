package io.retort.cli;

import io.retort.report.Figures;
import io.retort.run.RunStages;
import io.retort.v1.Approval;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import java.util.ArrayList;
import java.util.List;

/** Formats a run as lines of text with one bar per stage. */
final class ProgressView {
  private static final int BAR = 24;

  /**
   * The run's line, the reason of its pause, and one line for each stage, including stages that
   * have not begun.
   *
   * @param withEta false if each changed line is printed again, because the estimate changes every
   *     second
   */
  static List<String> lines(Run run, boolean withEta) {
    List<String> lines = new ArrayList<>();
    lines.add(run.getRunId() + "  " + Figures.name(run.getPhase()));
    if (run.hasPause()) {
      lines.add("  " + run.getPause().getMessage());
    }
    if (run.hasLane() && run.getPhase() == RunPhase.RUN_PHASE_QUEUED) {
      lines.add("  " + run.getLane().getDetail());
    }
    if (run.getPhase() == RunPhase.RUN_PHASE_AWAITING_APPROVAL) {
      Approval approval = run.getSummary().getRelease().getApproval();
      lines.add("  approval " + Figures.approval(approval) + ": read " + approval.getReportUri());
      lines.add(
          "  retort runs approve "
              + run.getRunId()
              + " --report-digest "
              + approval.getReportDigest());
    }
    run.getWarningsList().forEach(warning -> lines.add("  warning: " + warning));
    for (Stage stage : RunStages.of(run.getSpec())) {
      lines.add(line(stage, find(run, stage), withEta));
    }
    return lines;
  }

  static String line(Stage stage, StageProgress progress, boolean withEta) {
    return String.format(
            "  %-9s [%s] %s", Figures.name(stage), bar(progress), state(progress, withEta))
        .stripTrailing();
  }

  private static String bar(StageProgress progress) {
    int filled = (int) Math.round(BAR * share(progress));
    return "#".repeat(filled) + ".".repeat(BAR - filled);
  }

  private static double share(StageProgress progress) {
    if (progress.getPhase() == RunPhase.RUN_PHASE_SUCCEEDED) {
      return 1;
    }
    return progress.getTotal() <= 0
        ? 0
        : Math.min(1, progress.getDone() / (double) progress.getTotal());
  }

  private static String state(StageProgress progress, boolean withEta) {
    if (progress.getPhase() == RunPhase.RUN_PHASE_UNSPECIFIED) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    text.append(progress.getDone());
    if (progress.getTotal() > 0) {
      text.append('/').append(progress.getTotal());
    }
    text.append(' ').append(progress.getUnit());
    if (progress.getReuse() == StageReuse.STAGE_REUSE_HIT) {
      text.append("  HIT, made by ").append(progress.getMadeByRunId());
    } else if (progress.getPhase() == RunPhase.RUN_PHASE_SUCCEEDED) {
      text.append(" in ")
          .append(
              Figures.duration(Figures.seconds(progress.getStartedAt(), progress.getFinishedAt())));
    } else if (progress.getPhase() != RunPhase.RUN_PHASE_RUNNING) {
      text.append("  ").append(Figures.name(progress.getPhase()));
    } else if (withEta && progress.getEtaSeconds() >= 0) {
      text.append("  ETA ").append(Figures.duration(progress.getEtaSeconds()));
    }
    if (!progress.getDetail().isEmpty()) {
      text.append("  ").append(progress.getDetail());
    }
    return text.toString();
  }

  private static StageProgress find(Run run, Stage stage) {
    return run.getStagesList().stream()
        .filter(progress -> progress.getStage() == stage)
        .findFirst()
        .orElse(StageProgress.getDefaultInstance());
  }

  private ProgressView() {}
}
