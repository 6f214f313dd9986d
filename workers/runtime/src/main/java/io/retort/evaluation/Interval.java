package io.retort.evaluation;

/** A 95 % confidence interval. */
public record Interval(double low, double high) {
  boolean contains(double value) {
    return low <= value && value <= high;
  }

  /** The part of it from {@code least} to {@code most}. */
  Interval within(double least, double most) {
    return new Interval(
        Math.min(most, Math.max(least, low)), Math.max(least, Math.min(most, high)));
  }

  /** The smallest interval that holds both. */
  Interval hull(Interval other) {
    return new Interval(Math.min(low, other.low), Math.max(high, other.high));
  }
}
