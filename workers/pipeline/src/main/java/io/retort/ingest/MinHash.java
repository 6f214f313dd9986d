package io.retort.ingest;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.minhash.MinHashFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * MinHash signatures of texts by Lucene, over their {@link WordGrams}.
 *
 * <p>A signature is {@value #SIZE} bytes, each the low byte of one minimum. The share of bytes that
 * two signatures have in common estimates the Jaccard similarity of their grams, with a standard
 * deviation of at most 0.05.
 */
final class MinHash {
  /**
   * Hash functions, each a salt: those that Lucene derives from one another mostly have their
   * minima at the same few grams.
   */
  private static final int HASHES = 32;

  /** Minima of one hash function, each of a part of its range. */
  private static final int BUCKETS = 4;

  static final int SIZE = HASHES * BUCKETS;

  /** Two different minima have one low byte this often. */
  private static final double BY_CHANCE = 1.0 / 256;

  private final WordGrams grams = new WordGrams();

  /** A bucket that no gram falls into takes the minimum of the next. */
  private final TokenStream minima =
      new MinHashFilter(grams, 1, BUCKETS, 1, /* withRotation= */ true);

  private final CharTermAttribute minimum = minima.addAttribute(CharTermAttribute.class);

  /** The signature of a text; of one without words, zeros. */
  byte[] signature(String text) {
    byte[] signature = new byte[SIZE];
    grams.setText(text);
    try {
      for (int hash = 0; hash < HASHES; hash++) {
        grams.setSalt(hash);
        minima.reset();
        for (int index = hash * BUCKETS; minima.incrementToken(); index++) {
          signature[index] = (byte) minimum.charAt(minimum.length() - 1);
        }
        minima.end();
        minima.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException("a string was read", e);
    }
    return signature;
  }

  /** The estimated similarity, 0 to 1, of the texts of two signatures. */
  static double similarity(byte[] first, int firstStart, byte[] second, int secondStart) {
    int same = 0;
    for (int index = 0; index < SIZE; index++) {
      if (first[firstStart + index] == second[secondStart + index]) {
        same++;
      }
    }
    return Math.max(0, ((double) same / SIZE - BY_CHANCE) / (1 - BY_CHANCE));
  }

  /** Whether two stretches of signatures are the same. */
  static boolean same(byte[] first, int firstStart, byte[] second, int secondStart, int length) {
    return Arrays.equals(
        first, firstStart, firstStart + length, second, secondStart, secondStart + length);
  }
}
