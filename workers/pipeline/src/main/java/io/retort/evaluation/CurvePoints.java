package io.retort.evaluation;

import java.util.ArrayList;
import java.util.List;

/** The k at which a curve is kept with intervals. */
final class CurvePoints {
  private static final int ALL_UP_TO = 64;
  private static final double PER_DOUBLING = 16;

  /** Every k up to 64, above it some 16 for each doubling, and {@code samples}. */
  static List<Integer> of(int samples) {
    List<Integer> points = new ArrayList<>();
    double next = 1;
    while (next < samples) {
      points.add((int) next);
      next = next < ALL_UP_TO ? next + 1 : Math.ceil(next * Math.pow(2, 1 / PER_DOUBLING));
    }
    points.add(samples);
    return points;
  }

  private CurvePoints() {}
}
