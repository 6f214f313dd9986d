package io.retort.evaluation;

/** Percentage points of shares. */
public final class Points {
  /** A share from -1 to 1 in points, rounded to one digit; 0 has no sign. */
  public static double of(double share) {
    return Math.round(1_000 * share) / 10.0 + 0.0;
  }

  private Points() {}
}
