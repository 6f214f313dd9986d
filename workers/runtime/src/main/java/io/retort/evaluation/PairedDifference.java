package io.retort.evaluation;

/**
 * The mean difference of two models on the same problems, with its uncertainty over problems.
 *
 * <p>The interval is Student's of the differences and of two problems more, whose differences are
 * plus and minus {@code 1/sqrt(samples)}. With one answer a problem that is the interval of Bonett
 * and Price (2012, "Adjusted Wald confidence interval for a difference of binomial proportions
 * based on paired data"), but for Student's quantile; the step shrinks with the samples as a
 * problem's own error does. Without the two, few problems on which the models differ give an
 * interval that is too narrow, and none at all a certainty.
 *
 * @param difference the mean of model minus baseline, from -1 to 1
 * @param standardError above 0
 * @param problems that both answered
 */
record PairedDifference(
    double difference, double centre, double standardError, int problems, int samples) {
  private static final int ADDED = 2;

  /**
   * @param model a share from 0 to 1 for each problem
   * @param baseline likewise, of the same problems in the same order
   * @param samples answers of each model per problem
   */
  static PairedDifference of(double[] model, double[] baseline, int samples) {
    if (model.length != baseline.length || model.length == 0) {
      throw new IllegalArgumentException(
          "problems: " + model.length + " and " + baseline.length + " (expected: the same, some)");
    }
    double[] differences = new double[model.length + ADDED];
    double sum = 0;
    for (int problem = 0; problem < model.length; problem++) {
      differences[problem] = model[problem] - baseline[problem];
      sum += differences[problem];
    }
    double step = 1 / Math.sqrt(samples);
    differences[model.length] = step;
    differences[model.length + 1] = -step;
    double centre = sum / differences.length;
    double variance = Moments.variance(differences, centre);
    return new PairedDifference(
        sum / model.length,
        centre,
        Math.sqrt(variance / differences.length),
        model.length,
        samples);
  }

  Interval interval() {
    double half = StudentT.quantile(0.975, degreesOfFreedom()) * standardError;
    return new Interval(centre - half, centre + half)
        .hull(new Interval(difference, difference))
        .within(-1, 1);
  }

  /** Two-sided, that the true difference is {@code value}. */
  double pValue(double value) {
    return StudentT.twoSided((centre - value) / standardError, degreesOfFreedom());
  }

  /** Of one problem's difference. */
  double variance() {
    return standardError * standardError * (problems + ADDED);
  }

  double degreesOfFreedom() {
    return problems + ADDED - 1.0;
  }
}
