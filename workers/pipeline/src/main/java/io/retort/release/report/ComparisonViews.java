package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.Comparison;
import io.retort.v1.Run;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Builds the view of several runs; pure. Runs are named by letters in the order of the page. */
final class ComparisonViews {
  static ComparisonView of(List<RecordedRun> runs) {
    RunDifferences differences = RunDifferences.of(runs);
    List<Score> scores = scores(runs);
    return new ComparisonView(
        "Comparison of " + runs.size() + " runs",
        headline(runs, differences.comparisons()),
        IntStream.range(0, runs.size())
            .mapToObj(index -> row(index, runs.get(index).run()))
            .toList(),
        DifferenceViews.differences(differences.comparisons(), ModelColour.of(scores)),
        differences.notCompared(),
        ScoreViews.benchmarks(scores),
        IntStream.range(0, runs.size()).mapToObj(ComparisonViews::letter).toList(),
        SpecDifference.of(runs.stream().map(one -> one.run().getSpec()).toList()),
        embedded(runs, differences.comparisons(), scores));
  }

  /** {@code A} for the first run. */
  static String letter(int index) {
    return String.valueOf((char) ('A' + index));
  }

  /** {@code B stage-2}. */
  static String model(int index, String model) {
    return letter(index) + " " + model;
  }

  /** Differences of each run's released model, else of its last that was compared. */
  private static List<String> headline(List<RecordedRun> runs, List<Comparison> comparisons) {
    Map<String, String> last = new LinkedHashMap<>();
    comparisons.forEach(one -> last.put(one.getModel().substring(0, 1), one.getModel()));
    for (int index = 0; index < runs.size(); index++) {
      String released = model(index, released(runs.get(index).run()));
      if (comparisons.stream().anyMatch(one -> one.getModel().equals(released))) {
        last.put(letter(index), released);
      }
    }
    return comparisons.stream()
        .filter(one -> one.getModel().equals(last.get(one.getModel().substring(0, 1))))
        .map(DifferenceViews::sentence)
        .toList();
  }

  private static ComparisonView.RunRow row(int index, Run run) {
    return new ComparisonView.RunRow(
        letter(index),
        run.getRunId(),
        run.getSpec().getName(),
        Figures.name(run.getPhase()),
        run.hasCreatedAt() ? ReportViews.time(run.getCreatedAt()) : "-",
        run.getSpec().getStudent().getModel());
  }

  /** Empty unless a gate has decided. */
  private static String released(Run run) {
    return run.getSummary().getRelease().getGate().getModel();
  }

  /** Curves are of each run's released or last model alone: a line has its run's colour. */
  private static List<Score> scores(List<RecordedRun> runs) {
    List<Score> scores = new ArrayList<>();
    for (int index = 0; index < runs.size(); index++) {
      List<Score> own = runs.get(index).run().getSummary().getScoresList();
      String released = released(runs.get(index).run());
      String last =
          own.isEmpty() || !released.isEmpty() ? released : own.get(own.size() - 1).getModel();
      for (Score score : own) {
        Score.Builder named = score.toBuilder().setModel(model(index, score.getModel()));
        if (!score.getModel().equals(last) && score.getCurveCount() > 1) {
          named.clearCurve().addCurve(score.getCurve(0));
        }
        scores.add(named.build());
      }
    }
    return scores;
  }

  private static String embedded(
      List<RecordedRun> runs, List<Comparison> comparisons, List<Score> scores) {
    List<FigureTable> figures = new ArrayList<>();
    if (!comparisons.isEmpty()) {
      figures.add(EvaluationTables.differences(comparisons));
    }
    scores.stream()
        .map(Score::getBenchmark)
        .distinct()
        .forEach(
            benchmark ->
                figures.addAll(
                    EvaluationTables.of(
                        benchmark,
                        scores.stream()
                            .filter(score -> score.getBenchmark().equals(benchmark))
                            .toList())));
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("name", "comparison");
    data.put("runs", runs.stream().map(one -> one.run().getRunId()).toList());
    data.put("figures", figures);
    return EmbeddedJson.of(data);
  }

  private ComparisonViews() {}
}
