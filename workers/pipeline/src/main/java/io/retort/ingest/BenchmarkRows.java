package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.samples.FingerprintCounts;
import io.retort.store.Hashes;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestSummary;
import io.retort.v1.Sample;
import java.io.IOException;
import java.util.stream.Collectors;

/**
 * Keeps all rows of a benchmark, because its score covers all of its problems. A problem that
 * occurs twice counts twice, as in published scores.
 */
final class BenchmarkRows {
  private final FingerprintCounts seen = new FingerprintCounts();

  /** The sample; if an earlier row is equal, the sample with a new id. */
  Sample distinct(Sample sample) {
    int earlier = seen.add(sample.getId());
    return earlier == 0
        ? sample
        : sample.toBuilder()
            .setId(Hashes.sha256Hex(sample.getId(), "copy", String.valueOf(earlier)))
            .build();
  }

  /**
   * Commits the benchmark's rows.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/BENCHMARK_ROWS and USER/BENCHMARK_CONTENT
   *     if the source does not match the benchmark's expectations, USER/BENCHMARK_ROWS_LOST if rows
   *     could not be read, unless the spec allows it; and the reader's failures
   */
  static IngestSummary read(IngestRequest request, DataFiles files, Snapshot snapshot)
      throws IOException {
    BenchmarkSpec benchmark = request.getBenchmark();
    BenchmarkContent content = new BenchmarkContent(benchmark);
    SampleReader reader =
        SampleReader.ofBenchmark(files, request.getSourcesList(), benchmark, content);
    IngestSummary summary = snapshot.write(reader, "benchmark-v1", content);
    requireAll(benchmark, summary);
    return summary.toBuilder().setContentSha256(content.sha256()).build();
  }

  private static void requireAll(BenchmarkSpec benchmark, IngestSummary summary) {
    if (benchmark.getAllowLostRows() || summary.getQuarantined() == 0) {
      return;
    }
    String reasons =
        summary.getQuarantineReasonsList().stream()
            .map(reason -> reason.getName() + " " + reason.getCount())
            .collect(Collectors.joining(", "));
    String path = "evaluation.benchmarks[" + benchmark.getName() + "]";
    throw Failures.user(
        "BENCHMARK_ROWS_LOST",
        path
            + ": "
            + summary.getQuarantined()
            + " of "
            + (summary.getRows() + summary.getQuarantined())
            + " rows cannot be read: "
            + reasons
            + "; each with its location and reason in "
            + summary.getQuarantine().getUri()
            + " (expected: none; correct the source, or set "
            + path
            + ".allow_lost_rows: true to score the others, and retrain the run: earlier stages are"
            + " reused)");
  }
}
