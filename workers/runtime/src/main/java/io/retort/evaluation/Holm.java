package io.retort.evaluation;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * p-values adjusted for that there are several (Holm 1979, "A Simple Sequentially Rejective
 * Multiple Test Procedure"): whichever hypotheses are true, one of these is refused wrongly with at
 * most the level's probability.
 */
final class Holm {
  /** In the order of the given ones, each from its own value to 1. */
  static double[] adjust(double[] pValues) {
    int[] ascending =
        IntStream.range(0, pValues.length)
            .boxed()
            .sorted(Comparator.comparingDouble(index -> pValues[index]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = new double[pValues.length];
    double largest = 0;
    for (int rank = 0; rank < ascending.length; rank++) {
      int index = ascending[rank];
      largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[index]));
      adjusted[index] = largest;
    }
    return adjusted;
  }

  private Holm() {}
}
