package io.retort.release.report;

import java.util.List;
import java.util.Optional;

/**
 * What the template of a comparison of runs shows, in the order of the page.
 *
 * @param headline paired differences of the runs' last models, a sentence each
 * @param notCompared why some runs cannot be compared on some benchmark, a sentence each
 * @param embedded an {@link EmbeddedJson}: the numbers of every figure
 */
record ComparisonView(
    String title,
    List<String> headline,
    List<RunRow> runs,
    Optional<ReportView.Differences> differences,
    List<String> notCompared,
    List<ReportView.Benchmark> benchmarks,
    List<String> letters,
    List<FieldRow> fields,
    String embedded) {

  boolean hasBenchmarks() {
    return !benchmarks.isEmpty();
  }

  boolean hasFields() {
    return !fields.isEmpty();
  }

  boolean hasNotCompared() {
    return !notCompared.isEmpty();
  }

  /**
   * @param letter stands for the run in charts and tables
   */
  record RunRow(
      String letter, String runId, String name, String phase, String started, String student) {}

  /**
   * A field of the spec that is not the same in all runs.
   *
   * @param values in the order of the runs; a hyphen where it is not set
   */
  record FieldRow(String path, List<String> values) {}
}
