package io.retort.run;

import io.retort.enums.EnumText;
import io.retort.v1.Approval;
import io.retort.v1.ApprovalState;
import io.retort.v1.RunOrBuilder;
import io.retort.v1.RunPhase;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;

/**
 * The current details of a run in the Temporal UI, as Markdown: phase and cause, what a person has
 * to do, the stages, warnings, and where the report is.
 */
final class RunDetails {
  /** A failure's message may quote data. */
  private static final int CAUSE_CHARACTERS = 2000;

  private static final int CELL_CHARACTERS = 300;
  private static final int MOST_WARNINGS = 10;

  static String of(RunOrBuilder run) {
    StringBuilder details = new StringBuilder();
    details.append("**").append(EnumText.shortName(run.getPhase())).append("**");
    if (run.hasLane() && run.getPhase() == RunPhase.RUN_PHASE_QUEUED) {
      details.append(": ").append(UiText.cell(run.getLane().getDetail(), CELL_CHARACTERS));
    }
    if (run.hasPause()) {
      details.append(": ").append(UiText.cell(run.getPause().getMessage(), CAUSE_CHARACTERS));
      details.append("\n\nContinue: `retort runs resume ").append(run.getRunId()).append('`');
    }
    if (run.hasFailure()) {
      details
          .append(": ")
          .append(UiText.cell(run.getFailure().getType(), CELL_CHARACTERS))
          .append(", ")
          .append(UiText.cell(run.getFailure().getMessage(), CAUSE_CHARACTERS));
    }
    Approval approval = run.getSummary().getRelease().getApproval();
    if (approval.getState() == ApprovalState.APPROVAL_STATE_WAITING) {
      details.append("\n\n").append(ApprovalText.of(run.getRunId(), approval));
    }
    details.append("\n\n| stage | phase | done | detail |\n|---|---|---|---|\n");
    run.getStagesList().forEach(stage -> row(details, stage));
    run.getWarningsList().stream()
        .limit(MOST_WARNINGS)
        .forEach(
            warning ->
                details.append("\n* warning: ").append(UiText.cell(warning, CELL_CHARACTERS)));
    String report = run.getSummary().getReportUri();
    if (!report.isEmpty()) {
      details.append("\n* report: `").append(report).append('`');
    }
    return UiText.details(details.toString());
  }

  private static void row(StringBuilder details, StageProgress stage) {
    details
        .append("| ")
        .append(EnumText.words(stage.getStage()))
        .append(" | ")
        .append(EnumText.shortName(stage.getPhase()))
        .append(" | ")
        .append(stage.getDone())
        .append(stage.getTotal() > 0 ? " / " + stage.getTotal() : "")
        .append(' ')
        .append(stage.getUnit())
        .append(" | ")
        .append(
            stage.getReuse() == StageReuse.STAGE_REUSE_HIT
                ? "HIT, made by `" + stage.getMadeByRunId() + "`: "
                : "")
        .append(UiText.cell(stage.getDetail(), CELL_CHARACTERS))
        .append(" |\n");
  }

  private RunDetails() {}
}
