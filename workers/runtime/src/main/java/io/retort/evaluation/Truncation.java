package io.retort.evaluation;

/** Whether models had unequal room to finish their answers. */
final class Truncation {
  private static final double SMALL = 0.01;
  private static final double LARGE = 0.1;

  /**
   * @param shares the difference of the shares of cut answers
   * @return whether it is above 1 point and not by chance, or 10 points at least
   */
  static boolean differs(PairedDifference shares) {
    double size = Math.abs(shares.difference());
    return size >= LARGE || (size >= SMALL && !shares.interval().contains(0));
  }

  private Truncation() {}
}
