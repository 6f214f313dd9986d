package io.retort.judge.route;

/** Hashes that are the same in every process, unlike {@code hashCode} or seeded ones. */
final class RowHash {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  /** FNV-1a over the characters. */
  static long of(String text) {
    return more(OFFSET, text);
  }

  /** A number in (0, 1) for a row and a name. */
  static double uniform(long row, String name) {
    long hash = mix(more(row, name));
    return ((hash >>> 11) + 0.5) * 0x1.0p-53;
  }

  private static long more(long hash, String text) {
    long result = hash;
    for (int index = 0; index < text.length(); index++) {
      result = (result ^ text.charAt(index)) * PRIME;
    }
    return result;
  }

  /** Decorrelates similar hashes; the finalizer of MurmurHash3. */
  private static long mix(long hash) {
    long result = hash;
    result = (result ^ (result >>> 33)) * 0xff51afd7ed558ccdL;
    result = (result ^ (result >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return result ^ (result >>> 33);
  }

  private RowHash() {}
}
