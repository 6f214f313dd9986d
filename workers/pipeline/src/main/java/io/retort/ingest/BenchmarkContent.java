package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.store.Hashes;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Counts and hashes the rows of a benchmark, and compares them with the benchmark's expectations.
 *
 * <p>The hash is the SHA-256 over the sorted hashes of the rows. The hash of a row covers its
 * problem, answer, tests and options, and its sample's id if it has tests of a program. Texts are
 * normalised to Unicode NFC with single blanks for white space, and whole numbers have no leading
 * zeros. JSON Lines and Parquet, another order of rows or columns, and other ids therefore have the
 * same hash.
 */
final class BenchmarkContent implements SampleFilter {
  private static final Pattern BLANKS = Pattern.compile("[\\s\\u00a0]+");
  private static final Pattern LEADING_ZEROS = Pattern.compile("^0+(?=\\d{1,18}$)");

  private final BenchmarkSpec benchmark;
  private final List<String> rows = new ArrayList<>();
  private final Map<String, Long> refusals = new TreeMap<>();
  private long lost;
  private @Nullable QuarantinedRow firstRefusal;

  BenchmarkContent(BenchmarkSpec benchmark) {
    this.benchmark = benchmark;
  }

  @Override
  public void check(Sample sample) {
    rows.add(hash(sample));
  }

  /** Must be called for every lost row. */
  void refused(QuarantinedRow row) {
    lost++;
    refusals.merge(row.getReason(), 1L, Long::sum);
    firstRefusal = firstRefusal == null ? row : firstRefusal;
  }

  /** Lower-case hex SHA-256 of the rows so far. */
  String sha256() {
    List<String> sorted = new ArrayList<>(rows);
    Collections.sort(sorted);
    return Hashes.sha256Hex(sorted.toArray(String[]::new));
  }

  /**
   * Must be called after all rows are read. Does not check whether rows may be lost: lost rows
   * count as rows, and with lost rows the hash is not compared.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/BENCHMARK_ROWS if the number of rows
   *     differs from the expected one, USER/BENCHMARK_CONTENT if the hash differs
   */
  void verify() {
    long expected = Integer.toUnsignedLong(benchmark.getExpectedRows());
    long count = rows.size() + lost;
    if (benchmark.hasExpectedRows() && count != expected) {
      throw Failures.user(
          "BENCHMARK_ROWS",
          where()
              + count
              + " rows (expected: "
              + expected
              + ", its expected_rows; use the complete published files, or set expected_rows if"
              + " another number is intended)"
              + refused());
    }
    if (lost > 0 || benchmark.getContentSha256().isEmpty()) {
      return;
    }
    String found = sha256();
    if (!benchmark.getContentSha256().equals(found)) {
      throw Failures.user(
          "BENCHMARK_CONTENT",
          where()
              + "content hash "
              + found
              + " (expected: "
              + benchmark.getContentSha256()
              + ", its content_sha256: the problems and answers differ from those of this benchmark."
              + " Use another copy, or inspect this one and set content_sha256 to its hash)");
    }
  }

  private String where() {
    return "benchmark " + benchmark.getName() + " of " + benchmark.getSource().getPath() + ": ";
  }

  private String refused() {
    QuarantinedRow first = firstRefusal;
    return first == null
        ? ""
        : "; refused by reason: "
            + refusals
            + ", the first at "
            + first.getSource()
            + ": "
            + first.getMessage();
  }

  private static String hash(Sample sample) {
    List<String> parts =
        new ArrayList<>(
            List.of(
                canonical(sample.getProblem()),
                LEADING_ZEROS.matcher(canonical(sample.getAnswer())).replaceAll(""),
                canonical(sample.getTests())));
    sample.getChoicesList().forEach(choice -> parts.add(canonical(choice)));
    if (sample.hasCodeTests()) {
      // Hashes the tests, which may be large and have no normal form.
      parts.add(sample.getId());
    }
    return Hashes.sha256Hex(parts.toArray(String[]::new));
  }

  private static String canonical(String text) {
    return BLANKS.matcher(Normalizer.normalize(text, Normalizer.Form.NFC)).replaceAll(" ").strip();
  }
}
