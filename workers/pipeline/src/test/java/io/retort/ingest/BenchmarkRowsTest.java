package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.failure.Failures;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.FailureCategory;
import io.retort.v1.IngestRequest;
import io.retort.v1.IngestSummary;
import io.retort.v1.Sample;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchmarkRowsTest {
  private static final String ROW = "{\"problem\": \"1+1?\", \"answer\": \"2\"}";
  private static final String OTHER = "{\"problem\": \"1+2?\", \"answer\": \"3\"}";

  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path folder) {
    harness = new IngestHarness(folder);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void aBenchmarkThatLosesRowsIsRefused() throws IOException {
    harness.write("data.jsonl", ROW, "not json", "{\"problem\": \"2?\", \"answer\": \" \"}", OTHER);

    assertThatThrownBy(() -> harness.activities().ingest(request().build()))
        .extracting(Failures::fromThrowable)
        .satisfies(
            failure -> {
              assertThat(failure.getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
              assertThat(failure.getType()).isEqualTo("BENCHMARK_ROWS_LOST");
              assertThat(failure.getMessage())
                  .startsWith("evaluation.benchmarks[math]: 2 of 4 rows cannot be read: ")
                  .contains(
                      "NOT_JSON 1",
                      "quarantine.jsonl",
                      "evaluation.benchmarks[math].allow_lost_rows: true");
            });
  }

  @Test
  void unlessTheSpecAllowsIt() throws IOException {
    harness.write("data.jsonl", ROW, "not json", OTHER);

    IngestSummary summary =
        harness
            .activities()
            .ingest(request(benchmark().setAllowLostRows(true)).build())
            .getSummary();

    assertThat(summary.getRows()).isEqualTo(2);
    assertThat(IngestHarness.reasons(summary)).containsOnlyKeys("NOT_JSON").containsValue(1L);
  }

  @Test
  void lostRowsThatAreAllowedAreAmongThoseExpected() throws IOException {
    harness.write("data.jsonl", ROW, "not json", OTHER);
    BenchmarkSpec.Builder benchmark =
        benchmark().setAllowLostRows(true).setContentSha256("0".repeat(64));

    assertThat(
            harness
                .activities()
                .ingest(request(benchmark.setExpectedRows(3)).build())
                .getSummary()
                .getRows())
        .isEqualTo(2);
    assertThatThrownBy(
            () -> harness.activities().ingest(request(benchmark.setExpectedRows(2)).build()))
        .extracting(failure -> Failures.fromThrowable(failure).getType())
        .isEqualTo("BENCHMARK_ROWS");
  }

  @Test
  void problemsThatAreThereTwiceCountTwice() throws IOException {
    harness.write("data.jsonl", ROW, OTHER, ROW, ROW);

    IngestSummary summary = harness.activities().ingest(request().build()).getSummary();

    assertThat(summary.getRows()).isEqualTo(4);
    assertThat(summary.getQuarantined()).isZero();
    assertThat(harness.problems(summary)).containsExactly("1+1?", "1+2?", "1+1?", "1+1?");
    assertThat(harness.samples(summary)).extracting(Sample::getId).doesNotHaveDuplicates();
    assertThat(harness.samples(summary).get(0).getId())
        .isEqualTo(harness.samples(harness.ingest(harness.source("data.jsonl"))).get(0).getId());
  }

  @Test
  void trainingDataLoseThem() throws IOException {
    harness.write("data.jsonl", ROW, OTHER, ROW, "not json");

    assertThat(IngestHarness.reasons(harness.ingest(harness.source("data.jsonl"))))
        .containsEntry("DUPLICATE", 1L)
        .containsEntry("NOT_JSON", 1L);
  }

  private IngestRequest.Builder request() {
    return request(benchmark());
  }

  private IngestRequest.Builder request(BenchmarkSpec.Builder benchmark) {
    return harness.request(harness.source("data.jsonl")).setBenchmark(benchmark);
  }

  private static BenchmarkSpec.Builder benchmark() {
    return BenchmarkSpec.newBuilder().setName("math");
  }
}
