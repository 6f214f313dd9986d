package io.retort.evaluation;

import io.retort.failure.Failures;
import io.retort.v1.GeneratedSample;
import io.retort.v1.LetterAccuracy;
import io.temporal.failure.ApplicationFailure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Collects generated samples by problem and checks that exactly the asked ones were drawn. */
final class DrawnAnswers {
  private final String benchmark;
  private final int samples;
  private final Set<String> expected;
  private final Map<String, TreeMap<Integer, Problem.Answer>> answers = new LinkedHashMap<>();
  private final LetterTally letters = new LetterTally();
  private final Map<String, String> errata = new HashMap<>();

  /**
   * @param samples answers asked per problem
   * @param expected ids of the benchmark's problems
   */
  DrawnAnswers(String benchmark, int samples, Set<String> expected) {
    this.benchmark = benchmark;
    this.samples = samples;
    this.expected = expected;
  }

  void add(GeneratedSample sample) {
    if (!expected.contains(sample.getSampleId())) {
      throw missing("problem " + sample.getSampleId() + " (expected: one of the benchmark)");
    }
    int index = sample.getIndex();
    if (Integer.compareUnsigned(index, samples) >= 0) {
      throw missing(
          "index "
              + Integer.toUnsignedString(index)
              + " of problem "
              + sample.getSampleId()
              + " (expected: 0 to "
              + (samples - 1)
              + ")");
    }
    Problem.Answer answer =
        new Problem.Answer(
            // Of rotated options a letter means another one in each sample.
            sample.getChoices() > 0 ? sample.getUnrotatedAnswer() : sample.getAnswer(),
            Outcomes.of(sample),
            sample.getTruncated());
    if (answers
            .computeIfAbsent(sample.getSampleId(), ignored -> new TreeMap<>())
            .putIfAbsent(index, answer)
        != null) {
      throw missing("index " + index + " of problem " + sample.getSampleId() + " was drawn twice");
    }
    letters.add(sample);
    if (!sample.getErrata().isEmpty()) {
      errata.put(sample.getSampleId(), sample.getErrata());
    }
  }

  /**
   * The problems, in the order in which they were first seen.
   *
   * @throws ApplicationFailure PLATFORM/SAMPLES_MISSING when a problem or one of its samples was
   *     not drawn
   */
  List<Problem> problems() {
    List<Problem> problems = new ArrayList<>();
    answers.forEach(
        (sampleId, drawn) -> {
          if (drawn.size() != samples) {
            throw missing(
                drawn.size() + " samples of problem " + sampleId + " (expected: " + samples + ")");
          }
          problems.add(new Problem(sampleId, List.copyOf(drawn.values())));
        });
    if (problems.size() != expected.size()) {
      throw missing(problems.size() + " problems (expected: " + expected.size() + ")");
    }
    return problems;
  }

  List<LetterAccuracy> letters() {
    return letters.letters();
  }

  /** What is wrong with problems, by sample id; none for a problem that nothing is wrong with. */
  Map<String, String> errata() {
    return Collections.unmodifiableMap(errata);
  }

  private ApplicationFailure missing(String what) {
    return Failures.platform("SAMPLES_MISSING", "benchmark " + benchmark + ": " + what, null);
  }
}
