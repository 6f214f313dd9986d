package io.retort.evaluation;

/**
 * How much it takes to see a difference with 80 % power in a two-sided test: the usual normal
 * approximation, {@code n = (t_level + t_power)^2 variance / distance^2}, with Student's quantiles.
 *
 * @param difference seen
 * @param tests side by side, at least 1: the level is 5 % over their number
 */
record SampleSize(PairedDifference difference, int tests) {
  private static final double LEVEL = 0.05;
  private static final double POWER = 0.8;

  /** Beyond this no benchmark goes. */
  private static final double MOST_PROBLEMS = 100_000;

  /** The most that a spec can ask for. */
  private static final double MOST_SAMPLES = 1_024;

  /** The smallest true difference that as many problems show, as a share. */
  double detectable() {
    return quantiles() * difference.standardError();
  }

  /**
   * Problems more, with as many answers each, that would show {@code distance}: at least 1, to two
   * digits; 0 where no benchmark has as many.
   */
  long moreProblems(double distance) {
    double needed = Math.pow(quantiles() / distance, 2) * difference.variance();
    double more = Math.max(1, Math.ceil(needed - difference.problems()));
    return more <= MOST_PROBLEMS ? rounded(more) : 0;
  }

  /**
   * Answers a problem, in all, with which these problems would show {@code distance}; 0 where the
   * problems differ too much from each other for that, or nothing is known of it.
   *
   * @param answerVariance of a single answer to a problem, of both models together: the mean over
   *     problems; NaN where there is but one answer
   */
  long samplesNeeded(double distance, double answerVariance) {
    double variance = difference.variance();
    double ofProblems = Math.max(0, variance - answerVariance / difference.samples());
    double room = difference.problems() * Math.pow(distance / quantiles(), 2) - ofProblems;
    double needed = Math.ceil(answerVariance / room);
    // Also false for NaN.
    boolean helps = room > 0 && needed <= MOST_SAMPLES;
    return helps ? (long) Math.max(needed, difference.samples() + 1.0) : 0;
  }

  private double quantiles() {
    double freedom = difference.degreesOfFreedom();
    return StudentT.quantile(1 - LEVEL / tests / 2, freedom) + StudentT.quantile(POWER, freedom);
  }

  private static long rounded(double number) {
    double unit = Math.pow(10, Math.max(0, Math.floor(Math.log10(number)) - 1));
    return Math.round(Math.ceil(number / unit) * unit);
  }
}
