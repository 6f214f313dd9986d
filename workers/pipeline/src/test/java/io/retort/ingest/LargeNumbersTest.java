package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A few characters of JSON can denote a number that no memory can hold. */
final class LargeNumbersTest {
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
  void answersAreWrittenOutUpToAThousandDigits() throws IOException {
    String longest = "7".repeat(1_000);
    IngestSummary summary = ingest("6.62e26", "25e-4", "-1.50E2", longest, "1e308", "0e400000000");

    assertThat(harness.samples(summary))
        .extracting(Sample::getAnswer)
        .containsExactly(
            "662000000000000000000000000", "0.0025", "-150", longest, "1" + "0".repeat(308), "0");
  }

  @Test
  void numbersThatNoMemoryHoldsQuarantineTheirRow() throws IOException {
    IngestSummary summary =
        ingest("2e999999999", "7", "-3.25e-999999999", "1e1000", "4e2147483647", "5e-2147483647");

    assertThat(harness.samples(summary)).extracting(Sample::getAnswer).containsExactly("7");
    assertThat(IngestHarness.reasons(summary)).containsOnlyKeys("WRONG_TYPE");
    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getMessage)
        .hasSize(5)
        .contains("answer: 2E+999999999 (expected: text or a number of at most 1000 digits)")
        .contains("answer: 1E+1000 (expected: text or a number of at most 1000 digits)");
  }

  @Test
  void numbersThatNoParserTakesQuarantineTheirRow() throws IOException {
    IngestSummary summary = ingest("8", "6e99999999999", "7".repeat(1_001), "1e-99999999999");

    assertThat(harness.samples(summary)).extracting(Sample::getAnswer).containsExactly("8");
    assertThat(IngestHarness.reasons(summary)).containsOnlyKeys("NOT_JSON");
  }

  @Test
  void fieldsThatNobodyReadsMayHoldAnyNumber() throws IOException {
    harness.write(
        "data.jsonl", "{\"problem\": \"How many?\", \"answer\": 3, \"weight\": 9e999999999}");

    assertThat(harness.samples(harness.ingest(harness.source("data.jsonl")))).hasSize(1);
  }

  private IngestSummary ingest(String... answers) throws IOException {
    String rows =
        Stream.of(answers)
            .map(answer -> "{\"problem\": \"Is it " + answer + "?\", \"answer\": " + answer + "}")
            .collect(Collectors.joining("\n"));
    harness.write("data.jsonl", rows);
    return harness.ingest(harness.source("data.jsonl"));
  }
}
