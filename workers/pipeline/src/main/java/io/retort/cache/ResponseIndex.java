package io.retort.cache;

/**
 * Maps keys to the numbers of segments or answers by the key's first 64 bits, in an open-addressing
 * table with twelve bytes per slot. If two keys share these 64 bits, which happens with a
 * probability of one in forty in a cache of a billion keys, one of them loses its hits.
 *
 * <p>Not thread-safe.
 */
final class ResponseIndex {
  static final int NONE = -1;
  private static final int SMALLEST = 1024;

  /** Load factor in percent at which the table grows. */
  private static final int FULL_PERCENT = 80;

  private long[] prefixes = new long[SMALLEST];

  /** Number of the segment plus 1; 0 in an empty slot. */
  private int[] segments = new int[SMALLEST];

  private int size;

  /** The segment that was last added for the prefix, or {@link #NONE}. */
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

  /** The slot of the prefix, or the empty slot for it. */
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
