package io.retort.plan;

import io.retort.v1.PlanEstimate;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageDifference;
import io.retort.v1.StageExplanation;
import io.retort.v1.StageFigures;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What stages that run would take: the figures of an earlier result, in proportion to the rows. To
 * be asked in the order of the run, because rows come from the stages before.
 */
final class StageEstimates {
  private static final String TRAINING_DATA = "data.train";

  private final RunSummary summary;

  /** Rows of a stage's result, where they are known. */
  private final Map<Stage, Double> made = new EnumMap<>(Stage.class);

  /**
   * @param summary of the stages that are reused
   */
  StageEstimates(RunSummary summary) {
    this.summary = summary;
  }

  /** Notes the rows of a stage that is reused. */
  void reuse(Stage stage) {
    double rows =
        switch (stage) {
          case STAGE_INGEST -> summary.getIngest().getRows();
          case STAGE_CURATE -> summary.getCuration().getKept().getRows();
          case STAGE_PAIR -> summary.getPairing().getPairs().getRows();
          case STAGE_SFT,
              STAGE_COGPO,
              STAGE_EVALUATE,
              STAGE_RELEASE,
              STAGE_EXPORT,
              STAGE_UNSPECIFIED,
              UNRECOGNIZED ->
              0;
        };
    if (rows > 0) {
      made.put(stage, rows);
    }
  }

  /** Empty where nothing is known. */
  Optional<PlanEstimate> estimate(Stage stage, StageExplanation explanation) {
    Optional<StageFigures> basis =
        explanation.hasFigures() ? Optional.of(explanation.getFigures()) : Optional.empty();
    Optional<Double> rows = rows(stage, explanation, basis);
    PlanEstimate.Builder estimate = PlanEstimate.newBuilder();
    rows.ifPresent(count -> estimate.setRows(Math.round(count)));
    if (basis.isPresent()) {
      StageFigures figures = basis.get();
      estimate
          .setBasisRunId(figures.getRunId())
          .setBasisRows(figures.getRowsRead())
          .setBasisSeconds(figures.getSeconds());
      scale(stage, figures, rows).ifPresent(scale -> fill(stage, figures, scale, estimate));
      if (rows.isPresent() && figures.getRowsRead() > 0 && figures.getRowsMade() > 0) {
        made.put(stage, rows.get() * figures.getRowsMade() / figures.getRowsRead());
      }
    }
    return rows.isPresent() || basis.isPresent() ? Optional.of(estimate.build()) : Optional.empty();
  }

  private Optional<Double> rows(
      Stage stage, StageExplanation explanation, Optional<StageFigures> basis) {
    return switch (stage) {
      case STAGE_INGEST -> otherData(explanation) ? Optional.empty() : read(basis);
      case STAGE_EVALUATE -> read(basis);
      case STAGE_RELEASE -> Optional.of(1.0);
      case STAGE_CURATE -> rowsOf(Stage.STAGE_INGEST);
      case STAGE_SFT, STAGE_PAIR, STAGE_EXPORT -> rowsOf(Stage.STAGE_CURATE);
      case STAGE_COGPO -> rowsOf(Stage.STAGE_PAIR);
      case STAGE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
    };
  }

  private Optional<Double> rowsOf(Stage stage) {
    return Optional.ofNullable(made.get(stage));
  }

  private static Optional<Double> read(Optional<StageFigures> basis) {
    return basis.map(StageFigures::getRowsRead).filter(rows -> rows > 0).map(Double::valueOf);
  }

  /** How many rows other training data has is not known before it is read. */
  private static boolean otherData(StageExplanation explanation) {
    return explanation.getMoreDifferences() > 0
        || explanation.getDifferencesList().stream()
            .map(StageDifference::getName)
            .anyMatch(name -> name.startsWith(TRAINING_DATA));
  }

  /** Work of this run in units of the earlier one's; empty where it is not known. */
  private static Optional<Double> scale(Stage stage, StageFigures figures, Optional<Double> rows) {
    if (stage == Stage.STAGE_RELEASE) {
      return Optional.of(1.0);
    }
    return figures.getRowsRead() > 0
        ? rows.map(count -> count / figures.getRowsRead())
        : Optional.empty();
  }

  private static void fill(
      Stage stage, StageFigures figures, double scale, PlanEstimate.Builder estimate) {
    if (figures.getSeconds() > 0 && figures.getPasses() > 0) {
      estimate.setSeconds(figures.getSeconds() * scale * figures.getPasses());
    }
    if (!asksJudge(stage)) {
      return;
    }
    double calls = figures.getCalls() * scale;
    estimate.setCalls(Math.round(calls));
    if (figures.getCalls() == 0) {
      estimate.setPromptTokens(0).setCompletionTokens(0).setCost(0);
    } else if (figures.getCountedCalls() > 0) {
      double counted = calls / figures.getCountedCalls();
      estimate
          .setPromptTokens(Math.round(figures.getPromptTokens() * counted))
          .setCompletionTokens(Math.round(figures.getCompletionTokens() * counted));
      // 0 is the sum of an empty price table too.
      if (figures.getCost() > 0) {
        estimate.setCost(figures.getCost() * counted);
      }
    }
  }

  /** Whether the stage calls the judge, so that calls, tokens and cost are figures of it. */
  static boolean asksJudge(Stage stage) {
    return stage == Stage.STAGE_CURATE || stage == Stage.STAGE_PAIR;
  }
}
