package io.retort.report;

import io.retort.v1.Comparison;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Scores, outcomes and paired differences of a run as tables. */
final class ScoreTables {
  /** One line per model: pass@k with intervals, cons@k with all answers, and coverage. */
  static TextTable scores(String benchmark, List<Score> all) {
    List<Score> scores = of(benchmark, all);
    List<Integer> ks = Figures.ks(scores);
    List<String> headings = new ArrayList<>(List.of("Benchmark " + benchmark));
    ks.forEach(k -> headings.add("pass@" + k + " (95 %)"));
    headings.add("cons@" + Integer.toUnsignedString(scores.get(0).getSamples()));
    headings.add("problems x answers");
    TextTable table = new TextTable(headings.toArray(String[]::new));
    for (Score score : scores) {
      List<String> cells = new ArrayList<>(List.of(score.getModel()));
      ks.forEach(k -> cells.add(passAtK(score, k)));
      cells.add(Figures.consensus(score));
      cells.add(Figures.coverage(score) + " x " + Integer.toUnsignedString(score.getSamples()));
      table.line(cells.toArray(String[]::new));
    }
    return table;
  }

  /** Outcomes of the answers; empty for scores that were made before outcomes were counted. */
  static Optional<TextTable> outcomes(String benchmark, List<Score> all) {
    List<Score> scores = of(benchmark, all).stream().filter(Score::hasOutcomes).toList();
    if (scores.isEmpty()) {
      return Optional.empty();
    }
    TextTable table =
        new TextTable(
            "Answers on " + benchmark, "correct", "wrong", "no answer", "cut", "not decided");
    for (Score score : scores) {
      OutcomeCounts outcomes = score.getOutcomes();
      table.line(
          score.getModel(),
          Figures.count(outcomes.getCorrect()),
          Figures.count(outcomes.getWrong()),
          Figures.count(outcomes.getNoAnswer()),
          Figures.count(outcomes.getTruncated()),
          Figures.count(outcomes.getCheckerError()));
    }
    return Optional.of(table);
  }

  /** One line per pair of models and benchmark. */
  static TextTable comparisons(List<Comparison> comparisons) {
    TextTable table = new TextTable("Paired differences of pass@1, in points [95 %]");
    comparisons.forEach(
        comparison ->
            table.line(
                comparison.getModel()
                    + " against "
                    + comparison.getBaseline()
                    + " on "
                    + comparison.getBenchmark()
                    + ": "
                    + comparison.getSentence()));
    return table;
  }

  private static List<Score> of(String benchmark, List<Score> all) {
    return all.stream().filter(score -> score.getBenchmark().equals(benchmark)).toList();
  }

  private static String passAtK(Score score, int k) {
    return score.getPassAtKList().stream()
        .filter(passAtK -> passAtK.getK() == k)
        .map(Figures::percent)
        .findFirst()
        .orElse("-");
  }

  private ScoreTables() {}
}
