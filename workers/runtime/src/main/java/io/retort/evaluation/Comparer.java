package io.retort.evaluation;

import io.retort.failure.Failures;
import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.ProblemScore;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Compares two models by their paired differences of pass@1 on the same problems, on every
 * benchmark that both have a score of; pure.
 *
 * <p>BETTER and WORSE are a difference that is none with a probability of at most 5 %, NOT_WORSE
 * one that is as low as the margin with at most 5 %, both two-sided and adjusted by Holm over the
 * benchmarks.
 */
public final class Comparer {
  static final double LEVEL = 0.05;

  private record Pair(ScoreRecord model, ScoreRecord baseline) {
    Score score() {
      return model.getScore();
    }
  }

  /**
   * @param margins in points, by benchmark
   * @throws io.temporal.failure.ApplicationFailure PLATFORM/SCORES_DIFFER when the two were not
   *     asked the same problems as often
   */
  public static List<Comparison> compare(
      List<ScoreRecord> records, String model, String baseline, Map<String, Double> margins) {
    List<Pair> pairs = pairs(records, model, baseline);
    List<PairedDifference> differences = new ArrayList<>();
    for (Pair pair : pairs) {
      differences.add(difference(pair, problem -> problem.getOutcomes().getCorrect()));
    }
    double[] margin =
        pairs.stream()
            .mapToDouble(pair -> margins.getOrDefault(pair.score().getBenchmark(), 0.0) / 100)
            .toArray();
    double[] equal = differences.stream().mapToDouble(one -> one.pValue(0)).toArray();
    double[] worse = new double[pairs.size()];
    for (int index = 0; index < worse.length; index++) {
      worse[index] = differences.get(index).pValue(-margin[index]);
    }
    double[] adjustedEqual = Holm.adjust(equal);
    double[] adjustedWorse = Holm.adjust(worse);
    List<Comparison> comparisons = new ArrayList<>();
    for (int index = 0; index < pairs.size(); index++) {
      Pair pair = pairs.get(index);
      PairedDifference difference = differences.get(index);
      SampleSize size = new SampleSize(difference, pairs.size());
      Interval interval = difference.interval();
      Comparison.Builder comparison =
          Comparison.newBuilder()
              .setModel(model)
              .setBaseline(baseline)
              .setBenchmark(pair.score().getBenchmark())
              .setProblems(difference.problems())
              .setSamples(difference.samples())
              .setDifference(difference.difference())
              .setLow(interval.low())
              .setHigh(interval.high())
              .setPValue(equal[index])
              .setAdjustedPValue(adjustedEqual[index])
              .setMargin(margin[index])
              .setTruncatedRatio(pair.score().getTruncatedRatio())
              .setBaselineTruncatedRatio(pair.baseline().getScore().getTruncatedRatio())
              .setDetectableDifference(size.detectable())
              .setVerdict(
                  verdict(difference, margin[index], adjustedEqual[index], adjustedWorse[index]));
      if (comparison.getVerdict() == ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL) {
        settle(comparison, difference, size, answerVariance(pair));
      }
      boolean cut = Truncation.differs(difference(pair, ProblemScore::getTruncated));
      comparisons.add(
          comparison.setSentence(VerdictSentence.of(comparison, pairs.size(), cut)).build());
    }
    return comparisons;
  }

  private static ComparisonVerdict verdict(
      PairedDifference difference, double margin, double adjustedEqual, double adjustedWorse) {
    boolean known = adjustedEqual <= LEVEL;
    if (known && difference.difference() > 0) {
      return ComparisonVerdict.COMPARISON_VERDICT_BETTER;
    }
    if (margin > 0 && adjustedWorse <= LEVEL && difference.centre() > -margin) {
      return ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE;
    }
    return known
        ? ComparisonVerdict.COMPARISON_VERDICT_WORSE
        : ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL;
  }

  /** Either a difference or that there is none to speak of: whichever takes less. */
  private static void settle(
      Comparison.Builder comparison,
      PairedDifference difference,
      SampleSize size,
      double answerVariance) {
    double toMargin = comparison.getMargin() > 0 ? difference.centre() + comparison.getMargin() : 0;
    double distance = Math.max(Math.abs(difference.centre()), toMargin);
    comparison
        .setMoreProblems(size.moreProblems(distance))
        .setSamplesNeeded(size.samplesNeeded(distance, answerVariance));
  }

  /** Of one answer of each model to a problem, the mean over problems; NaN for one answer each. */
  private static double answerVariance(Pair pair) {
    double samples = Integer.toUnsignedLong(pair.score().getSamples());
    double sum = 0;
    for (ScoreRecord record : List.of(pair.model(), pair.baseline())) {
      for (ProblemScore problem : record.getProblemsList()) {
        double share = problem.getOutcomes().getCorrect() / samples;
        sum += share * (1 - share) * samples / (samples - 1);
      }
    }
    return sum / pair.model().getProblemsCount();
  }

  private static PairedDifference difference(Pair pair, ToLongFunction<ProblemScore> count) {
    Map<String, Long> baseline = new HashMap<>();
    pair.baseline()
        .getProblemsList()
        .forEach(problem -> baseline.put(problem.getSampleId(), count.applyAsLong(problem)));
    int problems = pair.model().getProblemsCount();
    double samples = pair.score().getSamples();
    double[] left = new double[problems];
    double[] right = new double[problems];
    for (int index = 0; index < problems; index++) {
      ProblemScore problem = pair.model().getProblems(index);
      Long other = baseline.get(problem.getSampleId());
      if (other == null) {
        throw differ(pair, "problem " + problem.getSampleId() + " was asked of one alone");
      }
      left[index] = count.applyAsLong(problem) / samples;
      right[index] = other / samples;
    }
    return PairedDifference.of(left, right, pair.score().getSamples());
  }

  private static List<Pair> pairs(List<ScoreRecord> records, String model, String baseline) {
    List<Pair> pairs = new ArrayList<>();
    for (ScoreRecord left : records) {
      for (ScoreRecord right : records) {
        if (left.getScore().getModel().equals(model)
            && right.getScore().getModel().equals(baseline)
            && left.getScore().getBenchmark().equals(right.getScore().getBenchmark())) {
          pairs.add(checked(new Pair(left, right)));
        }
      }
    }
    return pairs;
  }

  private static Pair checked(Pair pair) {
    if (pair.model().getProblemsCount() != pair.baseline().getProblemsCount()) {
      throw differ(
          pair,
          pair.model().getProblemsCount()
              + " and "
              + pair.baseline().getProblemsCount()
              + " problems");
    }
    if (pair.score().getSamples() != pair.baseline().getScore().getSamples()) {
      throw differ(
          pair,
          pair.score().getSamples()
              + " and "
              + pair.baseline().getScore().getSamples()
              + " answers a problem");
    }
    return pair;
  }

  private static RuntimeException differ(Pair pair, String what) {
    return Failures.platform(
        "SCORES_DIFFER",
        "benchmark "
            + pair.score().getBenchmark()
            + ": "
            + pair.score().getModel()
            + " and "
            + pair.baseline().getScore().getModel()
            + ": "
            + what
            + " (expected: the same of both)",
        null);
  }

  private Comparer() {}
}
