package io.retort.preference;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The edit distance of two texts in words.
 *
 * <p>A word is a sequence of characters without white space, or one character of a script without
 * blanks between words. The distance is Levenshtein's: the minimum number of insertions, deletions
 * and replacements of words that turn one text into the other.
 *
 * <p>64 words are compared at once (Myers 1999, in blocks by Hyyrö 2003), with memory for one row
 * of words: two chains of ten thousand words take about ten milliseconds.
 */
final class WordDistance {
  private static final String UNSPACED =
      "\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}\\p{IsLao}\\p{IsKhmer}";
  private static final Pattern WORD = Pattern.compile("[" + UNSPACED + "]|[^\\s" + UNSPACED + "]+");

  /**
   * The distance divided by the number of words of the longer text: 0 for equal texts, 1 if all
   * words differ.
   */
  static double share(String left, String right) {
    Map<String, Integer> ids = new HashMap<>();
    int[] first = words(left, ids);
    int[] second = words(right, ids);
    int longer = Math.max(first.length, second.length);
    return longer == 0 ? 0 : distance(first, second, ids.size()) / (double) longer;
  }

  /** The distance of two sequences of ids from 0 to {@code ids - 1}. */
  static int distance(int[] left, int[] right, int ids) {
    int start = 0;
    int leftEnd = left.length;
    int rightEnd = right.length;
    while (start < leftEnd && start < rightEnd && left[start] == right[start]) {
      start++;
    }
    while (leftEnd > start && rightEnd > start && left[leftEnd - 1] == right[rightEnd - 1]) {
      leftEnd--;
      rightEnd--;
    }
    int[] pattern = Arrays.copyOfRange(left, start, leftEnd);
    int[] text = Arrays.copyOfRange(right, start, rightEnd);
    if (pattern.length == 0 || text.length == 0) {
      return Math.max(pattern.length, text.length);
    }
    return bitParallel(pattern, text, ids);
  }

  /**
   * Processes blocks of 64 pattern words. For each text word, a block passes on to the next one
   * whether the distance rises or falls by one along the block's last line.
   */
  private static int bitParallel(int[] pattern, int[] text, int ids) {
    long[] matches = new long[ids];
    boolean[] rises = new boolean[text.length];
    boolean[] falls = new boolean[text.length];
    Arrays.fill(rises, true);
    int distance = pattern.length;
    for (int from = 0; from < pattern.length; from += Long.SIZE) {
      int to = Math.min(pattern.length, from + Long.SIZE);
      long last = 1L << (to - from - 1);
      for (int index = from; index < to; index++) {
        matches[pattern[index]] |= 1L << (index - from);
      }
      long positive = -1L;
      long negative = 0;
      for (int column = 0; column < text.length; column++) {
        long rise = rises[column] ? 1 : 0;
        long fall = falls[column] ? 1 : 0;
        long equal = matches[text[column]] | fall;
        long diagonal = (((equal & positive) + positive) ^ positive) | equal | negative;
        long up = negative | ~(diagonal | positive);
        long down = diagonal & positive;
        rises[column] = (up & last) != 0;
        falls[column] = (down & last) != 0;
        up = up << 1 | rise;
        down = down << 1 | fall;
        positive = down | ~(diagonal | up);
        negative = up & diagonal;
      }
      for (int index = from; index < to; index++) {
        matches[pattern[index]] = 0;
      }
    }
    for (int column = 0; column < text.length; column++) {
      distance += (rises[column] ? 1 : 0) - (falls[column] ? 1 : 0);
    }
    return distance;
  }

  private static int[] words(String text, Map<String, Integer> ids) {
    Matcher matcher = WORD.matcher(text);
    int[] words = new int[16];
    int size = 0;
    while (matcher.find()) {
      if (size == words.length) {
        words = Arrays.copyOf(words, 2 * size);
      }
      Integer known = ids.putIfAbsent(matcher.group(), ids.size());
      words[size++] = known == null ? ids.size() - 1 : known;
    }
    return Arrays.copyOf(words, size);
  }

  private WordDistance() {}
}
