package io.retort.ingest;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Problems with few words. A problem matches if another one is equal to it, or contains it as a
 * whole.
 *
 * <p>The fewer words a problem has, the less a match means. Containment therefore requires at least
 * {@value #LEAST_WORDS} words, or {@value #LEAST_WORDS_WITHOUT_NUMBER} if none of them is a number.
 * With fewer than {@value #CLEAR_WORDS} words, a match next to another number does not count:
 * {@code 1 + 2 + 3} does not contain {@code 1 + 2}.
 *
 * @param <T> data of a problem
 */
final class ShortProblems<T> {
  private static final int LEAST_WORDS = 3;
  private static final int LEAST_WORDS_WITHOUT_NUMBER = 6;
  private static final int CLEAR_WORDS = 6;

  private final Map<Long, T> problems = new HashMap<>();
  private final Set<Integer> lengths = new TreeSet<>();

  /**
   * First words of the problems. Most words of training problems are not among them and need only
   * this lookup.
   */
  private final Set<Long> beginnings = new HashSet<>();

  void add(List<String> words, T problem) {
    WordHashes hashes = new WordHashes(words);
    problems.putIfAbsent(hashes.of(0, words.size()), problem);
    boolean number = words.stream().anyMatch(Words::isNumber);
    if (words.size() >= (number ? LEAST_WORDS : LEAST_WORDS_WITHOUT_NUMBER)) {
      lengths.add(words.size());
      beginnings.add(hashes.of(0, LEAST_WORDS));
    }
  }

  /** The problem that consists of exactly these words. */
  @Nullable T same(WordHashes hashes, int words) {
    return problems.get(hashes.of(0, words));
  }

  /** A problem that these words contain as a whole. */
  @Nullable T within(List<String> words, WordHashes hashes) {
    for (int start = 0; start + LEAST_WORDS <= words.size(); start++) {
      if (!beginnings.contains(hashes.of(start, LEAST_WORDS))) {
        continue;
      }
      for (int length : lengths) {
        T found = start + length <= words.size() ? problems.get(hashes.of(start, length)) : null;
        if (found != null && (length >= CLEAR_WORDS || standsAlone(words, start, start + length))) {
          return found;
        }
      }
    }
    return null;
  }

  private static boolean standsAlone(List<String> words, int start, int end) {
    return !bothNumbers(words, start - 1) && !bothNumbers(words, end - 1);
  }

  private static boolean bothNumbers(List<String> words, int index) {
    return index >= 0
        && index + 1 < words.size()
        && Words.isNumber(words.get(index))
        && Words.isNumber(words.get(index + 1));
  }
}
