package io.retort.release.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Round values that cover a range: multiples of 1, 2 or 5 times a power of ten.
 *
 * @param step distance of two values, above 0
 */
record Ticks(double low, double high, double step) {
  /**
   * @param most ticks wanted, at least 2; the result has about as many
   */
  static Ticks covering(double from, double to, int most) {
    double span = to > from ? to - from : Math.max(Math.abs(to), 1) * 0.1;
    double rough = span / (most - 1);
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double factor = rough / power;
    double step = power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
    double low = Math.floor(from / step) * step;
    double high = Math.ceil(to / step) * step;
    return new Ticks(low, high > low ? high : low + step, step);
  }

  List<Double> values() {
    List<Double> values = new ArrayList<>();
    long count = Math.round((high - low) / step);
    for (long i = 0; i <= count; i++) {
      values.add(low + i * step);
    }
    return values;
  }

  /** The position of a value in the range: 0 at its low end, 1 at its high end. */
  double position(double value) {
    return (value - low) / (high - low);
  }

  /** The value with as many digits as distinguish the ticks. */
  String label(double value) {
    int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return String.format(java.util.Locale.ROOT, "%." + Math.min(digits, 8) + "f", value + 0.0);
  }
}
