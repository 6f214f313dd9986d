package io.retort.evaluation;

/**
 * Student's t distribution, by the regularized incomplete beta function and its continued fraction
 * (Abramowitz and Stegun 1964, 26.7.1 and 26.5.8, evaluated as by Lentz).
 */
final class StudentT {
  private static final int MOST_TERMS = 10_000;
  private static final double SMALLEST = 1e-300;
  private static final double PRECISION = 1e-15;
  private static final double[] LANCZOS = {
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
    12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7
  };

  /** The probability of a value at least as far from 0 as {@code t}, on either side. */
  static double twoSided(double t, double degreesOfFreedom) {
    if (Double.isInfinite(t)) {
      return 0;
    }
    double v = degreesOfFreedom;
    return regularizedBeta(v / (v + t * t), v / 2, 0.5);
  }

  /**
   * The value that {@code probability} of the distribution lies below.
   *
   * @param probability above 0.5, below 1
   */
  static double quantile(double probability, double degreesOfFreedom) {
    double tails = 2 * (1 - probability);
    double low = 0;
    double high = 1;
    while (twoSided(high, degreesOfFreedom) > tails) {
      high *= 2;
    }
    for (int halving = 0; halving < 100; halving++) {
      double middle = (low + high) / 2;
      if (twoSided(middle, degreesOfFreedom) > tails) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  private static double regularizedBeta(double x, double a, double b) {
    if (x <= 0 || x >= 1) {
      return x <= 0 ? 0 : 1;
    }
    double front =
        Math.exp(
            logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
    // The fraction converges fast on this side of the mean.
    return x < (a + 1) / (a + b + 2)
        ? front * continuedFraction(x, a, b) / a
        : 1 - front * continuedFraction(1 - x, b, a) / b;
  }

  private static double continuedFraction(double x, double a, double b) {
    double c = 1;
    double d = 1 / nonZero(1 - (a + b) * x / (a + 1));
    double result = d;
    for (int m = 1; m <= MOST_TERMS; m++) {
      double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
      d = 1 / nonZero(1 + even * d);
      c = nonZero(1 + even / c);
      result *= d * c;
      double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / nonZero(1 + odd * d);
      c = nonZero(1 + odd / c);
      double factor = d * c;
      result *= factor;
      if (Math.abs(factor - 1) < PRECISION) {
        break;
      }
    }
    return result;
  }

  private static double nonZero(double value) {
    return Math.abs(value) < SMALLEST ? SMALLEST : value;
  }

  /** Lanczos's approximation with g = 7 and nine terms, for arguments of at least 0.5. */
  private static double logGamma(double x) {
    double sum = 0.9999999999998099;
    for (int i = 0; i < LANCZOS.length; i++) {
      sum += LANCZOS[i] / (x + i);
    }
    double t = x + LANCZOS.length - 1.5;
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
  }

  private StudentT() {}
}
