package io.retort.ingest;

import io.retort.v1.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * No training problem that is also a problem of a benchmark.
 *
 * <p>A training problem goes when it shares {@code n} successive words with a problem of a
 * benchmark and has all of that problem's numbers, in their order. Words alone would say too much:
 * what templates repeat with other numbers, and what every problem of a kind says ("where m and n
 * are relatively prime positive integers find m + n"), is another problem with another answer. A
 * benchmark's problem of fewer than {@code n} words is found where a training problem contains it
 * whole.
 *
 * <p>Stretches of words are compared by 64-bit hashes. Memory: some 100 bytes for each word of the
 * benchmarks, nothing for training rows.
 */
final class Decontamination implements SampleFilter {
  private final int length;
  private final Map<Long, List<Problem>> stretches = new HashMap<>();
  private final ShortProblems<Problem> shortProblems = new ShortProblems<>();

  /**
   * @param redacted nothing of it is quoted
   */
  private record Problem(String benchmark, String source, List<String> numbers, boolean redacted) {}

  /**
   * @param length words of a stretch, more than 0
   */
  Decontamination(int length) {
    this.length = length;
  }

  /** Adds a problem that training must not see. */
  void add(String benchmark, Sample sample) {
    List<String> words = Words.of(sample.getProblem());
    Problem problem =
        new Problem(benchmark, sample.getSource(), numbers(words), sample.getRedacted());
    if (words.size() < length) {
      shortProblems.add(words, problem);
      return;
    }
    WordHashes hashes = new WordHashes(words);
    for (int start = 0; start + length <= words.size(); start++) {
      List<Problem> problems =
          stretches.computeIfAbsent(hashes.of(start, length), hash -> new ArrayList<>(1));
      if (!problems.contains(problem)) {
        problems.add(problem);
      }
    }
  }

  @Override
  public void check(Sample sample) throws RefusedRowException {
    List<String> words = Words.of(sample.getProblem());
    WordHashes hashes = new WordHashes(words);
    Problem same = shortProblems.same(hashes, words.size());
    if (same != null) {
      throw refused("the problem is that of " + shown(same));
    }
    Problem contained = shortProblems.within(words, hashes);
    if (contained != null) {
      throw refused("the problem contains that of " + shown(contained));
    }
    List<String> numbers = numbers(words);
    for (int start = 0; start + length <= words.size(); start++) {
      Problem shared = find(hashes.of(start, length), numbers);
      if (shared != null) {
        throw refused(
            "the problem shares "
                + (shared.redacted()
                    ? length + " words"
                    : '"' + String.join(" ", words.subList(start, start + length)) + '"')
                + " and all numbers with "
                + shown(shared));
      }
    }
  }

  private @Nullable Problem find(long stretch, List<String> numbers) {
    for (Problem problem : stretches.getOrDefault(stretch, List.of())) {
      if (holdsInOrder(numbers, problem.numbers())) {
        return problem;
      }
    }
    return null;
  }

  private static boolean holdsInOrder(List<String> all, List<String> wanted) {
    int found = 0;
    for (String number : all) {
      if (found < wanted.size() && number.equals(wanted.get(found))) {
        found++;
      }
    }
    return found == wanted.size();
  }

  private static List<String> numbers(List<String> words) {
    return words.stream().filter(Words::isNumber).toList();
  }

  private static RefusedRowException refused(String message) {
    return new RefusedRowException(QuarantineReason.CONTAMINATED, message);
  }

  private static String shown(Problem problem) {
    return problem.source() + " of benchmark " + problem.benchmark();
  }
}
