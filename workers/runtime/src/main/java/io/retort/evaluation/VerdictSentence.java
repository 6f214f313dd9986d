package io.retort.evaluation;

import io.retort.v1.ComparisonOrBuilder;
import java.util.Locale;

/** A comparison's verdict for people: differences in points, their 95 % interval in brackets. */
final class VerdictSentence {
  /**
   * @param benchmarks on which the two models were compared
   * @param cutDiffers whether the shares of cut answers differ too much to be left untold
   */
  static String of(ComparisonOrBuilder comparison, int benchmarks, boolean cutDiffers) {
    return verdict(comparison, benchmarks) + (cutDiffers ? cut(comparison) : "");
  }

  private static String verdict(ComparisonOrBuilder comparison, int benchmarks) {
    double difference = comparison.getDifference();
    return switch (comparison.getVerdict()) {
      case COMPARISON_VERDICT_BETTER ->
          "better by " + points(difference) + " points " + interval(comparison);
      case COMPARISON_VERDICT_WORSE ->
          "worse by " + points(-difference) + " points " + interval(comparison);
      case COMPARISON_VERDICT_NOT_WORSE ->
          "not worse by as much as the margin of "
              + points(comparison.getMargin())
              + " points: "
              + signed(comparison);
      case COMPARISON_VERDICT_CANNOT_TELL ->
          seen(comparison, benchmarks) + "; " + settled(comparison);
      case COMPARISON_VERDICT_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("verdict: " + comparison.getVerdict());
    };
  }

  private static String seen(ComparisonOrBuilder comparison, int benchmarks) {
    return comparison.getPValue() <= Comparer.LEVEL
        ? signed(comparison) + ", which may be chance among " + benchmarks + " benchmarks"
        : "no clear difference: " + signed(comparison);
  }

  private static String settled(ComparisonOrBuilder comparison) {
    String problems =
        comparison.getMoreProblems() == 1
            ? "1 more problem"
            : String.format(Locale.ROOT, "%,d more problems", comparison.getMoreProblems());
    String samples =
        String.format(Locale.ROOT, "%,d answers a problem", comparison.getSamplesNeeded());
    if (comparison.getMoreProblems() > 0 && comparison.getSamplesNeeded() > 0) {
      return "about " + problems + ", or " + samples + ", would settle it";
    }
    if (comparison.getMoreProblems() > 0 || comparison.getSamplesNeeded() > 0) {
      return "about "
          + (comparison.getMoreProblems() > 0 ? problems : samples)
          + " would settle it";
    }
    return "no number of problems that benchmarks have would settle it";
  }

  private static String cut(ComparisonOrBuilder comparison) {
    return String.format(
        Locale.ROOT,
        "; %.1f %% of %s's answers were cut and %.1f %% of %s's, which may be part of the"
            + " difference",
        100 * comparison.getBaselineTruncatedRatio(),
        comparison.getBaseline(),
        100 * comparison.getTruncatedRatio(),
        comparison.getModel());
  }

  private static String signed(ComparisonOrBuilder comparison) {
    return String.format(
        Locale.ROOT,
        "%+.1f points %s",
        Points.of(comparison.getDifference()),
        interval(comparison));
  }

  private static String interval(ComparisonOrBuilder comparison) {
    return String.format(
        Locale.ROOT,
        "[%.1f, %.1f]",
        Points.of(comparison.getLow()),
        Points.of(comparison.getHigh()));
  }

  private static String points(double share) {
    return String.format(Locale.ROOT, "%.1f", Points.of(share));
  }

  private VerdictSentence() {}
}
