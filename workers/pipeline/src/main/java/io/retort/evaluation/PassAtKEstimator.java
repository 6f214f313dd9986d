package io.retort.evaluation;

/**
 * The unbiased estimator of pass@k: the probability that at least one of k answers, drawn without
 * replacement from n answers of which c are right, is right.
 *
 * <p>Chen et al. 2021, "Evaluating Large Language Models Trained on Code" (arXiv 2107.03374),
 * equation 1 and its numerically stable form: {@code 1 - prod_{i=n-c+1..n}(1 - k/i)}.
 */
final class PassAtKEstimator {
  /**
   * The estimate for one problem, from 0 to 1.
   *
   * @param samples n, answers drawn; at least 1
   * @param correct c, from 0 to n
   * @param k from 1 to n
   */
  static double estimate(int samples, int correct, int k) {
    if (correct < 0 || correct > samples) {
      throw new IllegalArgumentException(
          "correct: " + correct + " (expected: 0 to " + samples + ", the answers drawn)");
    }
    if (k < 1 || k > samples) {
      throw new IllegalArgumentException(
          "k: " + k + " (expected: 1 to " + samples + ", the answers drawn)");
    }
    if (samples - correct < k) {
      return 1;
    }
    double noneRight = 1;
    for (int i = samples - correct + 1; i <= samples; i++) {
      noneRight *= 1 - (double) k / i;
    }
    return 1 - noneRight;
  }

  private PassAtKEstimator() {}
}
