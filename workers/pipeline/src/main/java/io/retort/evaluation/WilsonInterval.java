package io.retort.evaluation;

/**
 * The score interval of a proportion (Wilson 1927): the proportions that a two-sided test does not
 * refuse. Unlike {@code p ± 1.96 se} it does not shrink to nothing at 0 and 1: 0 of 30 is 0 to 11
 * %.
 */
public final class WilsonInterval {
  /** The normal distribution's 97.5th percentile. */
  static final double Z = 1.959963984540054;

  /**
   * @param share from 0 to 1
   * @param observations independent ones, above 0; need not be whole
   */
  public static Interval of(double share, double observations) {
    return of(share, observations, Z);
  }

  private static Interval of(double share, double observations, double z) {
    double squared = z * z / observations;
    double centre = (share + squared / 2) / (1 + squared);
    double half = z / (1 + squared) * Math.sqrt((share * (1 - share) + squared / 4) / observations);
    // Exact at the edges, where the difference of the two is rounding alone.
    return new Interval(share <= 0 ? 0 : centre - half, share >= 1 ? 1 : centre + half)
        .within(0, 1);
  }

  /**
   * For the mean of problems' shares: with the effective number of observations, {@code p(1 - p)}
   * over the squared standard error of the mean, and Student's quantile in place of the normal one
   * (Korn and Graubard 1998, "Confidence intervals for proportions with small expected number of
   * positive counts estimated from survey data"). Where all problems have the same share nothing is
   * known of how they differ, and they count as one observation each.
   *
   * @param values one per problem, from 0 to 1
   * @param mostObservations answers that the values rest on: what is effective cannot be more
   */
  static Interval ofMean(double[] values, double mostObservations) {
    int problems = values.length;
    double mean = Moments.mean(values);
    double variance = Moments.variance(values, mean);
    if (problems < 2 || variance < 1e-18) {
      return of(mean, problems);
    }
    double effective = Math.min(mostObservations, mean * (1 - mean) * problems / variance);
    return of(mean, effective, StudentT.quantile(0.975, problems - 1.0));
  }

  private WilsonInterval() {}
}
