package io.retort.evaluation;

/**
 * The 95 % interval of a score, the mean over problems of a share: over problems, because the
 * answers to one problem resemble each other, and more of them tell nothing of other problems.
 *
 * <p>One answer a problem: Wilson's interval. Several: the percentile bootstrap over problems, but
 * nowhere narrower than Wilson's interval of the effective number of observations. The bootstrap
 * alone is too narrow for few or skewed problems (Hesterberg 2015, "What Teachers Should Know about
 * the Bootstrap", section 4.2), and has no width where all problems have the same share.
 */
final class ScoreInterval {
  /**
   * @param values pass@k or cons@k of each problem, from 0 to 1; at least one
   * @param samples answers drawn per problem
   * @param k from 1 to samples
   * @param seed of the bootstrap
   */
  static Interval of(double[] values, int samples, int k, long seed) {
    if (samples == 1) {
      return WilsonInterval.of(Moments.mean(values), values.length);
    }
    double observations = (double) values.length * samples / k;
    return BootstrapInterval.ofMean(values, seed).hull(WilsonInterval.ofMean(values, observations));
  }

  private ScoreInterval() {}
}
