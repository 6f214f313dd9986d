package io.retort.spec;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataFormat;
import io.retort.v1.RunSpec;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rules between the fields of benchmarks, after built-in fields are filled in. */
final class BenchmarkChecks {
  /** Placeholder of the problem in a benchmark's prompt. */
  private static final String PROBLEM = "{problem}";

  private final List<SpecViolation> violations = new ArrayList<>();

  static List<SpecViolation> check(RunSpec spec) {
    BenchmarkChecks checks = new BenchmarkChecks();
    Map<String, Integer> names = new HashMap<>();
    for (int index = 0; index < spec.getEvaluation().getBenchmarksCount(); index++) {
      BenchmarkSpec benchmark = spec.getEvaluation().getBenchmarks(index);
      String path = path(index);
      Integer earlier = names.putIfAbsent(benchmark.getName(), index);
      if (earlier != null && benchmark.hasName()) {
        checks.refuse(
            path + ".name",
            quoted(benchmark.getName()),
            "another name than that of evaluation.benchmarks[" + earlier + "]");
      }
      checks.known(benchmark, path);
      checks.draws(benchmark, path);
      checks.prompt(benchmark, path);
      checks.dates(benchmark, path);
    }
    return checks.violations;
  }

  /**
   * Fields of a benchmark with an unknown name that are missing only because no preset could fill
   * them in.
   */
  static List<String> missingWithoutPreset(RunSpec spec) {
    List<String> fields = new ArrayList<>();
    for (int index = 0; index < spec.getEvaluation().getBenchmarksCount(); index++) {
      BenchmarkSpec benchmark = spec.getEvaluation().getBenchmarks(index);
      if (benchmark.hasBenchmark() && BenchmarkPresets.find(benchmark.getBenchmark()).isEmpty()) {
        fields.add(path(index) + ".name");
        fields.add(path(index) + ".source");
        fields.add(path(index) + ".source.path");
      }
    }
    return fields;
  }

  private void known(BenchmarkSpec benchmark, String path) {
    if (benchmark.hasBenchmark() && BenchmarkPresets.find(benchmark.getBenchmark()).isEmpty()) {
      refuse(
          path + ".benchmark",
          quoted(benchmark.getBenchmark()),
          "one of "
              + String.join(", ", BenchmarkPresets.NAMES)
              + "; or name and source of your own benchmark");
    }
  }

  private void draws(BenchmarkSpec benchmark, String path) {
    int samples = benchmark.hasSamples() ? benchmark.getSamples() : SpecDefaults.benchmarkSamples();
    for (int index = 0; index < benchmark.getKCount(); index++) {
      int k = benchmark.getK(index);
      if (Integer.compareUnsigned(k, samples) > 0) {
        refuse(
            path + ".k[" + index + "]",
            Integer.toUnsignedString(k),
            "<= samples, which is " + Integer.toUnsignedString(samples));
      }
    }
  }

  private void prompt(BenchmarkSpec benchmark, String path) {
    String prompt = benchmark.getPrompt();
    int first = prompt.indexOf(PROBLEM);
    if (benchmark.hasPrompt() && (first < 0 || first != prompt.lastIndexOf(PROBLEM))) {
      refuse(
          path + ".prompt",
          first < 0 ? "without {problem}" : "with {problem} more than once",
          "a text with exactly one {problem}, the placeholder of the problem");
    }
  }

  private void dates(BenchmarkSpec benchmark, String path) {
    boolean unknown =
        benchmark.hasBenchmark() && BenchmarkPresets.find(benchmark.getBenchmark()).isEmpty();
    boolean dated =
        unknown || benchmark.getSource().getFormat() == DataFormat.DATA_FORMAT_LIVECODEBENCH;
    date(benchmark.hasFromDate(), benchmark.getFromDate(), dated, path + ".from_date");
    date(benchmark.hasToDate(), benchmark.getToDate(), dated, path + ".to_date");
    // Dates in this format sort as text.
    if (benchmark.hasFromDate()
        && benchmark.hasToDate()
        && benchmark.getToDate().compareTo(benchmark.getFromDate()) < 0) {
      refuse(
          path + ".to_date",
          benchmark.getToDate(),
          ">= from_date, which is " + benchmark.getFromDate());
    }
  }

  private void date(boolean set, String date, boolean dated, String path) {
    if (!set) {
      return;
    }
    if (!dated) {
      refuse(path, quoted(date), "not set, unless source.format is livecodebench");
    }
    try {
      LocalDate.parse(date);
    } catch (DateTimeException e) {
      refuse(path, quoted(date), "a date, for example 2024-01-31");
    }
  }

  private void refuse(String field, String value, String expectation) {
    violations.add(SpecViolation.of(field, value, expectation));
  }

  private static String path(int index) {
    return "evaluation.benchmarks[" + index + "]";
  }

  private static String quoted(String text) {
    String oneLine = text.replaceAll("\\s+", " ");
    return '"' + (oneLine.length() > 80 ? oneLine.substring(0, 80) + "..." : oneLine) + '"';
  }

  private BenchmarkChecks() {}
}
