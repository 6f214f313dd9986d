package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.spec.BenchmarkPresets;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataSource;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows of benchmarks: their number, their hash, and the locations that samples keep. */
final class BenchmarkContentTest {
  private static final String ONE = "{\"problem\": \"1 +  1?\", \"answer\": \"02\"}";
  private static final String TWO = "{\"problem\": \"2 + 1?\", \"answer\": \"3\"}";

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) {
    harness = new IngestHarness(temporary);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void orderFormatIdsAndBlanksDoNotMatter() throws Exception {
    harness.write("a.jsonl", ONE, TWO);
    harness.write(
        "b.jsonl",
        "{\"id\": 7, \"true_answer\": \"3\", \"question\": \"2 + 1?\"}",
        "{\"id\": 8, \"true_answer\": \"2\", \"question\": \"1 +\\n1?\"}");
    parquet("c.parquet");
    String hash = ingest("a.jsonl", benchmark()).getContentSha256();

    assertThat(hash).hasSize(64);
    assertThat(ingest("b.jsonl", benchmark()).getContentSha256()).isEqualTo(hash);
    assertThat(ingest("c.parquet", benchmark()).getContentSha256()).isEqualTo(hash);
  }

  @Test
  void onlyLeadingZerosOfAWholeNumberDoNotMatter() throws Exception {
    harness.write("a.jsonl", ONE, TWO.replace("\"3\"", "\"204\""));
    harness.write("b.jsonl", ONE, TWO.replace("\"3\"", "\"0204\""));
    harness.write("c.jsonl", ONE, TWO.replace("\"3\"", "\"24\""));
    String hash = ingest("a.jsonl", benchmark()).getContentSha256();

    assertThat(ingest("b.jsonl", benchmark()).getContentSha256()).isEqualTo(hash);
    assertThat(ingest("c.jsonl", benchmark()).getContentSha256()).isNotEqualTo(hash);
  }

  @Test
  void anotherAnswerIsAnotherContent() throws Exception {
    harness.write("a.jsonl", ONE, TWO);
    harness.write("b.jsonl", ONE, TWO.replace("\"3\"", "\"4\""));
    String hash = ingest("a.jsonl", benchmark()).getContentSha256();
    ApplicationFailure failure =
        ActivityFailures.of(() -> ingest("b.jsonl", benchmark().setContentSha256(hash)));

    assertThat(failure.getType()).isEqualTo("USER/BENCHMARK_CONTENT");
    assertThat(failure.getOriginalMessage())
        .startsWith("benchmark demo of " + harness.file("b.jsonl") + ": content hash ")
        .contains("(expected: " + hash + ", its content_sha256");
    assertThat(ingest("a.jsonl", benchmark().setContentSha256(hash)).getRows()).isEqualTo(2);
    assertThat(ingest("b.jsonl", benchmark().setContentSha256("")).getRows()).isEqualTo(2);
  }

  @Test
  void aRowThatIsLostIsNamed() throws Exception {
    Path file = harness.write("a.jsonl", ONE, "{\"problem\": \"3 + 1?\"}", TWO);
    ApplicationFailure failure =
        ActivityFailures.of(() -> ingest("a.jsonl", benchmark().setExpectedRows(2)));

    assertThat(failure.getType()).isEqualTo("USER/BENCHMARK_ROWS");
    assertThat(failure.getOriginalMessage())
        .contains(": 3 rows (expected: 2, its expected_rows;")
        .contains(
            "refused by reason: {MISSING_FIELD=1}, the first at " + file + ":2: answer: absent");
    assertThat(failure.isNonRetryable()).isTrue();
  }

  @Test
  void nothingOfARedactedRowIsTold() throws Exception {
    harness.write("a.jsonl", ONE, "{\"secret\": \"3 + 1?\"}");
    IngestSummary summary = ingest("a.jsonl", benchmark().setRedacted(true).setAllowLostRows(true));

    assertThat(harness.samples(summary)).allMatch(Sample::getRedacted);
    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getMessage)
        .containsExactly("withheld, as the benchmark is redacted");
    assertThat(ingest("a.jsonl", benchmark().setAllowLostRows(true)).getDataset().getUri())
        .isNotEqualTo(summary.getDataset().getUri());
  }

  @Test
  void theCommitOfTheHubIsKept(@TempDir Path temporary) throws Exception {
    try (FakeHub hub = new FakeHub().with("test.jsonl", ONE + "\n");
        IngestHarness online =
            new IngestHarness(temporary, Map.of("HF_ENDPOINT", hub.endpoint()), store -> store)) {
      IngestSummary summary =
          online
              .activities()
              .ingest(
                  online
                      .request(online.source("hf://datasets/owner/name@main/*.jsonl"))
                      .setBenchmark(benchmark())
                      .build())
              .getSummary();
      assertThat(summary.getRevisionsList())
          .containsExactly("hf://datasets/owner/name@" + FakeHub.COMMIT);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "aime24, aime24.jsonl",
    "math500, math500.jsonl",
    "gsm8k, gsm8k_test.jsonl",
    "humaneval, HumanEval.jsonl.gz"
  })
  void builtInBenchmarksAreTheRealOnes(String name, String file) {
    assumeThat(IngestHarness.REAL_DATA).as("real data beside the checkout").exists();
    BenchmarkSpec benchmark =
        BenchmarkPresets.expand(
                RunSpec.newBuilder()
                    .setEvaluation(
                        EvaluationSpec.newBuilder()
                            .addBenchmarks(
                                BenchmarkSpec.newBuilder()
                                    .setBenchmark(name)
                                    .setSource(
                                        DataSource.newBuilder()
                                            .setPath(
                                                IngestHarness.REAL_DATA.resolve(file).toString()))))
                    .build())
            .getEvaluation()
            .getBenchmarks(0);
    IngestSummary summary =
        harness
            .activities()
            .ingest(harness.request(benchmark.getSource()).setBenchmark(benchmark).build())
            .getSummary();

    assertThat(summary.getRows()).isEqualTo(benchmark.getExpectedRows());
    assertThat(summary.getQuarantined()).isZero();
    assertThat(summary.getContentSha256()).isEqualTo(benchmark.getContentSha256());
  }

  private static BenchmarkSpec.Builder benchmark() {
    return BenchmarkSpec.newBuilder().setName("demo");
  }

  private IngestSummary ingest(String file, BenchmarkSpec.Builder benchmark) {
    DataSource source = harness.source(file);
    return harness
        .activities()
        .ingest(harness.request(source).setBenchmark(benchmark.setSource(source)).build())
        .getSummary();
  }

  private void parquet(String name) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute(
          "COPY (SELECT 3 AS answer, '2 + 1?' AS problem UNION ALL SELECT 2, '1 + 1?') TO '"
              + harness.file(name)
              + "' (FORMAT parquet)");
    }
  }
}
