package io.retort.ingest;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** 64-bit hashes of sequences of a text's words, each computed in constant time. */
final class WordHashes {
  private static final HashFunction HASH = Hashing.farmHashFingerprint64();

  /**
   * An odd number with evenly distributed bits: the base of a polynomial over the hashes of words.
   */
  private static final long BASE = 0x9e3779b97f4a7c15L;

  private final long[] prefixes;
  private final long[] powers;

  WordHashes(List<String> words) {
    prefixes = new long[words.size() + 1];
    powers = new long[words.size() + 1];
    powers[0] = 1;
    for (int index = 0; index < words.size(); index++) {
      long word = HASH.hashString(words.get(index), StandardCharsets.UTF_8).asLong();
      prefixes[index + 1] = prefixes[index] * BASE + word;
      powers[index + 1] = powers[index] * BASE;
    }
  }

  /** Hash of {@code length} words, starting at the word with the 0-based index {@code start}. */
  long of(int start, int length) {
    return prefixes[start + length] - prefixes[start] * powers[length];
  }
}
