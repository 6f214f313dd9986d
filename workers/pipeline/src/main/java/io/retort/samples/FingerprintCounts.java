package io.retort.samples;

/** Counts by 128-bit fingerprint, for millions of rows; uses 40 to 80 bytes per entry. */
public final class FingerprintCounts {
  private long[] keys = new long[2 << 10];
  private int[] counts = new int[1 << 10];
  private int size;

  /**
   * Adds one to the count of a fingerprint and returns the count before.
   *
   * @param hex at least 32 evenly distributed hexadecimal digits, such as those of a SHA-256
   */
  public int add(String hex) {
    long high = Long.parseUnsignedLong(hex, 0, 16, 16);
    long low = Long.parseUnsignedLong(hex, 16, 32, 16);
    int slot = slot(high, low);
    if (counts[slot] == 0) {
      if (++size > counts.length / 2) {
        grow();
        slot = slot(high, low);
      }
      keys[2 * slot] = high;
      keys[2 * slot + 1] = low;
    }
    return counts[slot]++;
  }

  private int slot(long high, long low) {
    int mask = counts.length - 1;
    int slot = (int) low & mask;
    while (counts[slot] != 0 && (keys[2 * slot] != high || keys[2 * slot + 1] != low)) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldCounts = counts;
    keys = new long[oldKeys.length * 2];
    counts = new int[oldCounts.length * 2];
    for (int old = 0; old < oldCounts.length; old++) {
      if (oldCounts[old] != 0) {
        int slot = slot(oldKeys[2 * old], oldKeys[2 * old + 1]);
        keys[2 * slot] = oldKeys[2 * old];
        keys[2 * slot + 1] = oldKeys[2 * old + 1];
        counts[slot] = oldCounts[old];
      }
    }
  }
}
