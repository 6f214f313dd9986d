package io.retort.samples;

import java.util.Map;
import java.util.TreeMap;

/** The exact median of many lengths; memory grows with the number of distinct lengths. */
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
    long seen = 0;
    for (Map.Entry<Integer, Long> entry : counts.entrySet()) {
      seen += entry.getValue();
      if (seen * 2 >= total) {
        return entry.getKey();
      }
    }
    return 0;
  }

  /** Length of a chain as {@link #median} counts it. */
  public static int length(String chain) {
    return chain.codePointCount(0, chain.length());
  }
}
