package io.retort.evaluation;

import java.util.Arrays;
import java.util.Random;

/**
 * A 95 % interval of a mean by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13):
 * problems are drawn with replacement, as many as there are, and the 2.5th and 97.5th percentiles
 * of the means of 2,000 such draws are taken.
 *
 * <p>The same seed and number of problems give the same draws, so that intervals of two models on
 * one benchmark rest on the same problems. Where all values are equal, the interval is that value:
 * a bootstrap cannot see what it has not sampled ({@link ScoreInterval} bounds that).
 */
final class BootstrapInterval {
  static final int RESAMPLES = 2_000;
  private static final double TAIL = 0.025;

  /**
   * @param values one per problem, at least one
   */
  static Interval ofMean(double[] values, long seed) {
    if (values.length == 0) {
      throw new IllegalArgumentException("values: none (expected: one per problem)");
    }
    // java.util.Random's algorithm is part of its contract: the same on every Java platform.
    Random random = new Random(seed);
    double[] means = new double[RESAMPLES];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      double sum = 0;
      for (int draw = 0; draw < values.length; draw++) {
        sum += values[random.nextInt(values.length)];
      }
      means[resample] = sum / values.length;
    }
    Arrays.sort(means);
    return new Interval(percentile(means, TAIL), percentile(means, 1 - TAIL));
  }

  /** Linear between the two nearest ranks. */
  private static double percentile(double[] sorted, double share) {
    double rank = share * (sorted.length - 1);
    int below = (int) Math.floor(rank);
    int above = (int) Math.ceil(rank);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }

  private BootstrapInterval() {}
}
