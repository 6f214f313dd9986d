package io.retort.release.report;

import io.retort.evaluation.EvaluatedModels;
import io.retort.report.Figures;
import io.retort.v1.Comparison;
import io.retort.v1.RunSummary;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report's view of model comparisons. */
final class DifferenceViews {
  private static final double SMALLEST_SHOWN = 0.001;

  /**
   * The report's headline: the model that the gate released, else the last, against the base model,
   * a sentence per benchmark; of runs whose models were not compared, what they scored.
   */
  static List<String> headline(RunSummary summary) {
    if (summary.getModelsCount() > 0) {
      return EvaluatedModelViews.headline(summary);
    }
    List<Comparison> comparisons = summary.getComparisonsList();
    if (comparisons.isEmpty()) {
      String scores = ScoreViews.sentence(summary.getScoresList());
      return scores.isEmpty() ? List.of() : List.of(scores);
    }
    Comparison last = comparisons.get(comparisons.size() - 1);
    String released = summary.getRelease().getGate().getModel();
    List<String> sentences = sentences(comparisons, released, EvaluatedModels.BASE);
    return sentences.isEmpty()
        ? sentences(comparisons, last.getModel(), last.getBaseline())
        : sentences;
  }

  private static List<String> sentences(
      List<Comparison> comparisons, String model, String baseline) {
    return comparisons.stream()
        .filter(one -> one.getModel().equals(model))
        .filter(one -> one.getBaseline().equals(baseline))
        .map(DifferenceViews::sentence)
        .toList();
  }

  /** Who is compared with whom, on what, and the verdict. */
  static String sentence(Comparison comparison) {
    return comparison.getModel()
        + " against "
        + comparison.getBaseline()
        + " on "
        + comparison.getBenchmark()
        + ": "
        + comparison.getSentence()
        + ".";
  }

  static Optional<ReportView.Differences> differences(
      List<Comparison> comparisons, ModelColour colour) {
    return comparisons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new ReportView.Differences(
                DifferenceChart.of(comparisons, colour),
                comparisons.stream().map(DifferenceViews::row).toList()));
  }

  private static ReportView.DifferenceRow row(Comparison comparison) {
    return new ReportView.DifferenceRow(
        comparison.getBenchmark(),
        comparison.getModel() + " against " + comparison.getBaseline(),
        Figures.points(comparison),
        pValue(comparison.getAdjustedPValue()),
        Figures.count(comparison.getProblems())
            + " x "
            + Integer.toUnsignedString(comparison.getSamples()),
        String.format(Locale.ROOT, "%.1f", 100 * comparison.getDetectableDifference()),
        Figures.name(comparison.getVerdict()),
        comparison.getSentence());
  }

  private static String pValue(double value) {
    return value < SMALLEST_SHOWN ? "< 0.001" : String.format(Locale.ROOT, "%.3f", value);
  }

  private DifferenceViews() {}
}
