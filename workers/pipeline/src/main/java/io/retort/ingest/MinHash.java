package io.retort.ingest;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.minhash.MinHashFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * MinHash signatures of texts over their {@link WordGrams}, computed by Lucene.
 *
 * <p>A signature is {@value #SIZE} bytes, each the low byte of one minimum. The share of equal
 * bytes of two signatures estimates the Jaccard similarity of their grams, with a standard
 * deviation of at most 0.05.
 */
final class MinHash {
  /**
   * Hash functions, each with its own salt. The functions that Lucene derives from one another
   * mostly have their minima at the same few grams.
   */
  private static final int HASHES = 32;

  /** Minima per hash function, each over a part of its range. */
  private static final int BUCKETS = 4;

  static final int SIZE = HASHES * BUCKETS;

  /** Probability that two different minima have the same low byte. */
  private static final double BY_CHANCE = 1.0 / 256;

  private final WordGrams grams = new WordGrams();

  /** An empty bucket takes the minimum of the next one. */
  private final TokenStream minima =
      new MinHashFilter(grams, 1, BUCKETS, 1, /* withRotation= */ true);

  private final CharTermAttribute minimum = minima.addAttribute(CharTermAttribute.class);

  /** The signature of a text; zeros for a text without words. */
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

  /** The estimated similarity, from 0 to 1, of the texts of two signatures. */
  static double similarity(byte[] first, int firstStart, byte[] second, int secondStart) {
    int same = 0;
    for (int index = 0; index < SIZE; index++) {
      if (first[firstStart + index] == second[secondStart + index]) {
        same++;
      }
    }
    return Math.max(0, ((double) same / SIZE - BY_CHANCE) / (1 - BY_CHANCE));
  }

  /** Whether two ranges of signatures are equal. */
  static boolean same(byte[] first, int firstStart, byte[] second, int secondStart, int length) {
    return Arrays.equals(
        first, firstStart, firstStart + length, second, secondStart, secondStart + length);
  }
}
