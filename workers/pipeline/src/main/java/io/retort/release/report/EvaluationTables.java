package io.retort.release.report;

import io.retort.evaluation.Interval;
import io.retort.report.Figures;
import io.retort.v1.Comparison;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.PassAtK;
import io.retort.v1.RunSummary;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;

/** The numbers behind the figures of the evaluation. */
final class EvaluationTables {
  static List<FigureTable> of(RunSummary summary) {
    List<FigureTable> tables = new ArrayList<>();
    if (summary.getComparisonsCount() > 0) {
      tables.add(differences(summary.getComparisonsList()));
    }
    summary.getScoresList().stream()
        .map(Score::getBenchmark)
        .distinct()
        .forEach(
            benchmark ->
                tables.addAll(
                    of(
                        benchmark,
                        summary.getScoresList().stream()
                            .filter(score -> score.getBenchmark().equals(benchmark))
                            .toList())));
    return tables;
  }

  static FigureTable differences(List<Comparison> comparisons) {
    FigureTable.Builder table =
        FigureTable.of(
            "differences",
            "Paired differences of pass@1",
            "benchmark",
            "model",
            "baseline",
            "problems",
            "samples",
            "difference",
            "low",
            "high",
            "p_value",
            "adjusted_p_value",
            "margin",
            "detectable_difference",
            "truncated_ratio",
            "baseline_truncated_ratio",
            "verdict",
            "sentence");
    comparisons.forEach(
        one ->
            table.row(
                one.getBenchmark(),
                one.getModel(),
                one.getBaseline(),
                one.getProblems(),
                Integer.toUnsignedLong(one.getSamples()),
                one.getDifference(),
                one.getLow(),
                one.getHigh(),
                one.getPValue(),
                one.getAdjustedPValue(),
                one.getMargin(),
                one.getDetectableDifference(),
                one.getTruncatedRatio(),
                one.getBaselineTruncatedRatio(),
                Figures.name(one.getVerdict()),
                one.getSentence()));
    return table.build();
  }

  /** Scores, curves, outcomes and published figures of one benchmark, as far as there are any. */
  static List<FigureTable> of(String benchmark, List<Score> scores) {
    List<FigureTable> tables = new ArrayList<>();
    tables.add(scores(benchmark, scores));
    FigureTable.Builder curves =
        FigureTable.of(
            "curve:" + benchmark,
            "pass@k by k on " + benchmark,
            "model",
            "k",
            "value",
            "low",
            "high");
    FigureTable.Builder outcomes =
        FigureTable.of(
            "outcomes:" + benchmark,
            "Answers by outcome on " + benchmark,
            "model",
            "correct",
            "wrong",
            "no_answer",
            "truncated",
            "checker_error");
    for (Score score : scores) {
      for (PassAtK point : score.getCurveList()) {
        curves.row(
            score.getModel(),
            Integer.toUnsignedLong(point.getK()),
            point.getValue(),
            point.getLow(),
            point.getHigh());
      }
      if (score.hasOutcomes()) {
        OutcomeCounts counts = score.getOutcomes();
        outcomes.row(
            score.getModel(),
            counts.getCorrect(),
            counts.getWrong(),
            counts.getNoAnswer(),
            counts.getTruncated(),
            counts.getCheckerError());
      }
    }
    if (!curves.isEmpty()) {
      tables.add(curves.build());
    }
    if (!outcomes.isEmpty()) {
      tables.add(outcomes.build());
    }
    List<PublishedScores.Figure> published = PublishedScores.of(benchmark);
    if (!published.isEmpty()) {
      tables.add(published(benchmark, published));
    }
    return tables;
  }

  private static FigureTable scores(String benchmark, List<Score> scores) {
    FigureTable.Builder table =
        FigureTable.of(
            "scores:" + benchmark,
            "Scores on " + benchmark,
            "model",
            "figure",
            "k",
            "value",
            "low",
            "high",
            "problems",
            "problems_expected",
            "samples",
            "temperature",
            "truncated_ratio",
            "dataset_sha256");
    for (Score score : scores) {
      score.getPassAtKList().forEach(point -> row(table, score, "pass@k", point));
      score.getConsAtKList().forEach(point -> row(table, score, "cons@k", point));
    }
    return table.build();
  }

  private static void row(FigureTable.Builder table, Score score, String figure, PassAtK point) {
    table.row(
        score.getModel(),
        figure,
        Integer.toUnsignedLong(point.getK()),
        point.getValue(),
        point.getLow(),
        point.getHigh(),
        score.getProblems(),
        score.getProblemsExpected(),
        Integer.toUnsignedLong(score.getSamples()),
        score.getTemperature(),
        score.getTruncatedRatio(),
        score.getDatasetSha256());
  }

  private static FigureTable published(String benchmark, List<PublishedScores.Figure> figures) {
    FigureTable.Builder table =
        FigureTable.of(
            "published:" + benchmark,
            "Published figures of " + benchmark,
            "model",
            "table",
            "value",
            "low",
            "high",
            "problems");
    figures.forEach(
        figure ->
            table.row(
                figure.model(),
                figure.table().name(),
                figure.share(),
                figure.interval().<Object>map(Interval::low).orElse(""),
                figure.interval().<Object>map(Interval::high).orElse(""),
                figure.problems()));
    return table.build();
  }

  private EvaluationTables() {}
}
