package io.retort.cache;

/**
 * Which segment, or which of some numbered answers, holds a key, by the key's first 64 bits: twelve
 * bytes a slot, in open addressing. Two keys with the same 64 bits, which a cache of a billion keys
 * has a chance of one in forty to hold, cost one of them its hits.
 *
 * <p>Not thread-safe.
 */
final class ResponseIndex {
  static final int NONE = -1;
  private static final int SMALLEST = 1024;

  /** Slots in use, of a hundred, that make the table grow. */
  private static final int FULL_PERCENT = 80;

  private long[] prefixes = new long[SMALLEST];

  /** Number of the segment plus 1; 0 in an empty slot. */
  private int[] segments = new int[SMALLEST];

  private int size;

  /** The segment that was put last for the prefix, or {@link #NONE}. */
  int find(long prefix) {
    return segments[slot(prefix)] - 1;
  }

  void put(long prefix, int segment) {
    int slot = slot(prefix);
    if (segments[slot] == 0) {
      if ((long) (size + 1) * 100 > (long) prefixes.length * FULL_PERCENT) {
        grow();
        slot = slot(prefix);
      }
      size++;
      prefixes[slot] = prefix;
    }
    segments[slot] = segment + 1;
  }

  int size() {
    return size;
  }

  /** The slot of the prefix, or the empty one where it belongs. */
  private int slot(long prefix) {
    int length = prefixes.length;
    int slot = (int) Math.multiplyHigh(prefix >>> 1, (long) length << 1);
    while (segments[slot] != 0 && prefixes[slot] != prefix) {
      slot = slot + 1 == length ? 0 : slot + 1;
    }
    return slot;
  }

  private void grow() {
    long[] oldPrefixes = prefixes;
    int[] oldSegments = segments;
    int length = Math.addExact(oldPrefixes.length, oldPrefixes.length / 3);
    prefixes = new long[length];
    segments = new int[length];
    for (int index = 0; index < oldPrefixes.length; index++) {
      if (oldSegments[index] != 0) {
        int slot = slot(oldPrefixes[index]);
        prefixes[slot] = oldPrefixes[index];
        segments[slot] = oldSegments[index];
      }
    }
  }
}
