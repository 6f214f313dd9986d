package io.retort.report;

import io.retort.enums.EnumText;
import io.retort.v1.Failure;
import io.retort.v1.Plan;
import io.retort.v1.PlanEstimate;
import io.retort.v1.Stage;
import io.retort.v1.StageDifference;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan as text for people. */
public final class PlanText {
  private static final int DIGEST_CHARACTERS = 64;
  private static final String INDENT = "                   ";

  /** One line: which stages are HIT, which RUN and why, time and money. */
  public static String summary(Plan plan) {
    return TextTable.printable("plan: " + outline(plan));
  }

  /** {@link #summary} without its label, as it is: for where text of others does no harm. */
  public static String outline(Plan plan) {
    List<String> parts = new ArrayList<>();
    String hits = names(plan, StageReuse.STAGE_REUSE_HIT);
    if (!hits.isEmpty()) {
      parts.add(hits + " HIT");
    }
    String runs = names(plan, StageReuse.STAGE_REUSE_RUN);
    if (!runs.isEmpty()) {
      parts.add(runs + " RUN" + cause(plan));
    }
    String unknown = names(plan, StageReuse.STAGE_REUSE_UNSPECIFIED);
    if (!unknown.isEmpty()) {
      parts.add(unknown + " not known");
    }
    if (!runs.isEmpty() || !unknown.isEmpty()) {
      parts.add(total(plan.getTotal()));
    }
    return String.join("; ", parts);
  }

  /** Several lines: each stage, then what the run waits for, problems and warnings. */
  public static List<String> lines(Plan plan) {
    List<String> lines = new ArrayList<>();
    for (StagePlan stage : plan.getStagesList()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-10s %-5s %s",
              Figures.name(stage.getStage()),
              state(stage.getReuse()),
              why(stage)));
      for (StageDifference difference : stage.getDifferencesList()) {
        lines.add(INDENT + difference(difference));
      }
      if (stage.getMoreDifferences() > 0) {
        lines.add(INDENT + "and " + stage.getMoreDifferences() + " more");
      }
      if (stage.hasEstimate()) {
        lines.add(INDENT + estimate(stage));
      }
    }
    plan.getWaitsForList().forEach(waited -> lines.add("  waits for " + waited));
    for (Failure problem : plan.getProblemsList()) {
      lines.add(
          "  problem    "
              + EnumText.shortName(problem.getCategory())
              + "/"
              + problem.getType()
              + ": "
              + problem.getMessage());
    }
    plan.getWarningsList().forEach(warning -> lines.add("  warning    " + warning));
    return lines.stream().map(TextTable::printable).toList();
  }

  private static String state(StageReuse reuse) {
    return reuse == StageReuse.STAGE_REUSE_UNSPECIFIED ? "?" : EnumText.shortName(reuse);
  }

  private static String why(StagePlan stage) {
    if (stage.getReuse() == StageReuse.STAGE_REUSE_HIT) {
      return "made by " + stage.getMadeByRunId();
    }
    String compared =
        stage.getComparedRunId().isEmpty()
            ? ""
            : stage.getDifferencesCount() == 0
                ? "compared with " + stage.getComparedRunId() + ": no known difference"
                : "compared with " + stage.getComparedRunId() + ":";
    return stage.getReason().isEmpty() || compared.isEmpty()
        ? stage.getReason() + compared
        : stage.getReason() + "; " + compared;
  }

  private static String difference(StageDifference difference) {
    if (difference.getBefore().length() == DIGEST_CHARACTERS
        && difference.getAfter().length() == DIGEST_CHARACTERS) {
      return difference.getName() + ": other content";
    }
    return difference.getName()
        + ": "
        + (difference.hasBefore() ? difference.getBefore() : "not set")
        + " -> "
        + (difference.hasAfter() ? difference.getAfter() : "not set");
  }

  /** Rows, calls, tokens, cost and time of a stage that runs, with the run that they come from. */
  public static String estimate(StagePlan stage) {
    PlanEstimate estimate = stage.getEstimate();
    List<String> figures = new ArrayList<>();
    if (estimate.hasRows()) {
      figures.add(Figures.count(estimate.getRows()) + " " + unit(stage.getStage()));
    }
    if (estimate.hasCalls()) {
      figures.add(Figures.count(estimate.getCalls()) + " calls");
    }
    if (estimate.hasPromptTokens()) {
      figures.add(
          Figures.count(estimate.getPromptTokens() + estimate.getCompletionTokens()) + " tokens");
    }
    if (estimate.hasCost()) {
      figures.add("cost " + Figures.cost(estimate.getCost()));
    }
    figures.add(
        estimate.hasSeconds()
            ? "about " + Figures.duration(estimate.getSeconds())
            : "time unknown");
    String basis =
        estimate.getBasisRunId().isEmpty()
            ? ""
            : " (as run "
                + estimate.getBasisRunId()
                + ": "
                + Figures.count(estimate.getBasisRows())
                + " in "
                + Figures.duration(estimate.getBasisSeconds())
                + ")";
    return String.join(", ", figures) + basis;
  }

  private static String unit(Stage stage) {
    return switch (stage) {
      case STAGE_EVALUATE -> "samples";
      case STAGE_RELEASE -> "models";
      case STAGE_COGPO -> "pairs";
      case STAGE_INGEST,
          STAGE_CURATE,
          STAGE_SFT,
          STAGE_PAIR,
          STAGE_EXPORT,
          STAGE_UNSPECIFIED,
          UNRECOGNIZED ->
          "rows";
    };
  }

  private static String total(PlanEstimate total) {
    String time =
        total.hasSeconds() ? "about " + Figures.duration(total.getSeconds()) : "time unknown";
    if (!total.hasCost()) {
      return time + ", judge cost unknown";
    }
    return total.getCost() == 0
        ? time + ", no judge cost"
        : time + ", judge cost about " + Figures.cost(total.getCost());
  }

  private static String names(Plan plan, StageReuse reuse) {
    return plan.getStagesList().stream()
        .filter(stage -> stage.getReuse() == reuse)
        .map(stage -> Figures.name(stage.getStage()))
        .collect(Collectors.joining(", "));
  }

  /** What changed for the first stage that runs. */
  private static String cause(Plan plan) {
    return plan.getStagesList().stream()
        .filter(stage -> stage.getReuse() == StageReuse.STAGE_REUSE_RUN)
        .findFirst()
        .map(
            stage ->
                stage.getDifferencesCount() > 0
                    ? " because "
                        + stage.getDifferences(0).getName()
                        + " changed"
                        + (stage.getDifferencesCount() > 1 ? ", and more" : "")
                    : " (" + stage.getReason() + ")")
        .orElse("");
  }

  private PlanText() {}
}
