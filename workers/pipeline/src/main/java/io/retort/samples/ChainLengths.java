package io.retort.samples;

import io.retort.v1.LengthBin;
import io.retort.v1.LengthDistribution;
import java.util.Map;
import java.util.TreeMap;

/** The exact distribution of many lengths, in memory of the distinct ones. */
public final class ChainLengths {
  private final TreeMap<Integer, Long> counts = new TreeMap<>();
  private long total;

  /** Counts a chain; ignores an empty one. */
  public void add(String chain) {
    if (!chain.isEmpty()) {
      counts.merge(length(chain), 1L, Long::sum);
      total++;
    }
  }

  /** The lower median in characters (code points), 0 if there are no chains. */
  public long median() {
    return quantile(50);
  }

  /** Quantiles and histogram; everything is 0 when there are no chains. */
  public LengthDistribution distribution() {
    LengthDistribution.Builder distribution =
        LengthDistribution.newBuilder()
            .setChains(total)
            .setPercentile5(quantile(5))
            .setPercentile25(quantile(25))
            .setMedian(median())
            .setPercentile75(quantile(75))
            .setPercentile95(quantile(95));
    if (total > 0) {
      distribution.setShortest(counts.firstKey()).setLongest(counts.lastKey());
    }
    TreeMap<Long, LengthBin.Builder> bins = new TreeMap<>();
    counts.forEach(
        (length, chains) -> {
          LengthBin.Builder bin = bin(length);
          LengthBin.Builder known = bins.computeIfAbsent(bin.getFrom(), ignored -> bin);
          known.setChains(known.getChains() + chains);
        });
    bins.values().forEach(distribution::addBins);
    return distribution.build();
  }

  /** Length of a chain as {@link #median} counts it. */
  public static int length(String chain) {
    return chain.codePointCount(0, chain.length());
  }

  /**
   * The smallest length that so many percent of the chains do not exceed, 0 when there are none.
   */
  private long quantile(int percent) {
    long seen = 0;
    for (Map.Entry<Integer, Long> entry : counts.entrySet()) {
      seen += entry.getValue();
      if (seen * 100 >= total * percent) {
        return entry.getKey();
      }
    }
    return 0;
  }

  private static LengthBin.Builder bin(int length) {
    long power = Integer.highestOneBit(length);
    long middle = power + power / 2;
    return length < middle
        ? LengthBin.newBuilder().setFrom(power).setTo(middle)
        : LengthBin.newBuilder().setFrom(middle).setTo(2 * power);
  }
}
