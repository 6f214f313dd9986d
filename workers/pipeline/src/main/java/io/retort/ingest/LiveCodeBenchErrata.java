package io.retort.ingest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Problems of LiveCodeBench that a correct program may fail, by id or title. */
final class LiveCodeBenchErrata {
  static final String SEVERAL_ANSWERS = "several-answers";
  static final String INTERACTIVE = "interactive";
  static final String WRONG_TESTS = "wrong-tests";

  private static final Map<String, String> ERRATA = new HashMap<>();

  static {
    add(
        SEVERAL_ANSWERS,
        List.of(
            "abc311_c",
            "abc326_d",
            "abc327_b",
            "abc333_e",
            "abc343_a",
            "abc343_e",
            "abc362_c",
            "arc185_c",
            "find-the-peaks",
            "find-words-containing-character",
            "generate-binary-strings-without-adjacent-zeros"));
    add(INTERACTIVE, List.of("abc337_e", "abc355_e"));
    add(
        WRONG_TESTS,
        List.of(
            "abc350_c", "apply-operations-to-make-string-empty", "arc189_a", "most-frequent-ids"));
  }

  /** The known defect of a problem; empty if none is known. */
  static String of(String id, String title) {
    return ERRATA.getOrDefault(id, ERRATA.getOrDefault(title, ""));
  }

  private static void add(String errata, List<String> problems) {
    problems.forEach(problem -> ERRATA.put(problem, errata));
  }

  private LiveCodeBenchErrata() {}
}
