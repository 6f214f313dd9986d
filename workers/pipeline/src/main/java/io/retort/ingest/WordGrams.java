package io.retort.ingest;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/**
 * The word 5-grams of a text as Lucene's tokens, each represented by its 64-bit hash, because short
 * tokens are fast to hash again. A text with fewer words is one gram.
 */
final class WordGrams extends TokenStream {
  private static final int WORDS = 5;
  private static final HashFunction HASH = Hashing.farmHashFingerprint64();

  /** Stays below the surrogates, which are not characters on their own. */
  private static final int BITS_PER_CHARACTER = 13;

  private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
  private long[] hashes = new long[0];
  private long salt;
  private int next;

  void setText(String text) {
    List<String> words = Words.of(text);
    int grams = words.isEmpty() ? 0 : Math.max(1, words.size() - WORDS + 1);
    hashes = new long[grams];
    for (int start = 0; start < grams; start++) {
      List<String> gram = words.subList(start, Math.min(words.size(), start + WORDS));
      hashes[start] = HASH.hashString(String.join(" ", gram), StandardCharsets.UTF_8).asLong();
    }
  }

  /** Changes the tokens of the same grams, from the next reset on. */
  void setSalt(long salt) {
    this.salt = salt;
  }

  @Override
  public void reset() {
    next = 0;
  }

  @Override
  public boolean incrementToken() {
    if (next == hashes.length) {
      return false;
    }
    clearAttributes();
    long hash = hashes[next++] ^ salt;
    for (int shift = 0; shift < Long.SIZE; shift += BITS_PER_CHARACTER) {
      term.append((char) ((hash >>> shift) & ((1 << BITS_PER_CHARACTER) - 1)));
    }
    return true;
  }
}
