package io.retort.ingest;

import io.retort.v1.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Refuses training problems that are also problems of a benchmark.
 *
 * <p>A training problem is refused if it shares {@code n} successive words with a problem of a
 * benchmark and contains all numbers of that problem in their order. Shared words alone are not
 * sufficient: problems from one template with other numbers, and problems that share standard
 * phrases ("where m and n are relatively prime positive integers find m + n"), have different
 * answers. A benchmark's problem of fewer than {@code n} words matches if a training problem
 * contains it as a whole.
 *
 * <p>Sequences of words are compared by 64-bit hashes. Uses about 100 bytes of memory per word of
 * the benchmarks, and none for training rows.
 */
final class Decontamination implements SampleFilter {
  private final int length;
  private final Map<Long, List<Problem>> stretches = new HashMap<>();
  private final ShortProblems<Problem> shortProblems = new ShortProblems<>();

  /**
   * @param redacted whether messages must not quote it
   */
  private record Problem(String benchmark, String source, List<String> numbers, boolean redacted) {}

  /**
   * @param length number of words of a sequence, above 0
   */
  Decontamination(int length) {
    this.length = length;
  }

  /** Adds a problem that training must not contain. */
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
