package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.v1.AnswerKind;
import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.IngestSummary;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Multiple choice in CSV, in the layout of GPQA; the questions were written for this test. */
final class GpqaTest {
  private static final String HEADER =
      "Pre-Revision Question,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,"
          + "Incorrect Answer 3,Subdomain,Record ID";

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
  void cellsOfSeveralLinesAreReadAndStripped() throws Exception {
    write(
        HEADER,
        "old,\"Which is a metal?\nThink, \"\"well\"\".\n\",\" iron\n\",neon,argon,\"helium, "
            + "liquid\",chemistry,rec1");
    Sample sample = harness.samples(ingest(false)).get(0);

    assertThat(sample.getProblem()).isEqualTo("Which is a metal?\nThink, \"well\".");
    assertThat(sample.getChoicesList())
        .containsExactlyInAnyOrder("iron", "neon", "argon", "helium, liquid");
    assertThat(sample.getChoices(sample.getAnswer().charAt(0) - 'A')).isEqualTo("iron");
    assertThat(sample.getAnswerKind()).isEqualTo(AnswerKind.ANSWER_KIND_CHOICE);
  }

  @Test
  void theOrderIsThatOfTheRecordAndNoLetterIsPreferred() throws Exception {
    List<String> rows = new ArrayList<>(List.of(HEADER));
    for (int index = 0; index < 400; index++) {
      rows.add("old,Question " + index + "?,right,w1,w2,w3,x,rec" + index);
    }
    write(rows.toArray(String[]::new));
    List<Sample> samples = harness.samples(ingest(false));

    assertThat(harness.samples(ingest(false))).isEqualTo(samples);
    for (String letter : List.of("A", "B", "C", "D")) {
      // 100 of each are expected; 60 to 140 is 4.6 standard deviations.
      assertThat(samples.stream().filter(sample -> sample.getAnswer().equals(letter)).count())
          .as(letter)
          .isBetween(60L, 140L);
    }
  }

  @Test
  void rowsThatCannotBeAskedAreRefused() throws Exception {
    write(
        HEADER,
        "old,Q1?,a,b,c,d,x,rec1",
        "old,Q2?,a,b,,d,x,rec2",
        "old,Q3?,a,b,a,d,x,rec3",
        "old,Q4?,a,b,c",
        "old,Q5?,a,b,c,d,x,");
    IngestSummary summary = ingest(false);

    assertThat(harness.problems(summary)).containsExactly("Q1?");
    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getReason)
        .containsExactly("MISSING_FIELD", "WRONG_TYPE", "NOT_JSON", "MISSING_FIELD");
    assertThat(harness.quarantine(ingest(true)))
        .extracting(QuarantinedRow::getMessage)
        .containsOnly("withheld, as the benchmark is redacted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "old,\"never closed,a,b,c,d,x,rec1 | DATA_CORRUPT",
        "old,\"closed\"early,a,b,c,d,x,rec1 | DATA_CORRUPT",
      })
  void aBrokenFileIsRefused(String row, String code) throws Exception {
    write(HEADER, row);
    ApplicationFailure failure = ActivityFailures.of(() -> ingest(true));

    assertThat(failure.getType()).isEqualTo("USER/" + code);
    assertThat(failure.getOriginalMessage()).contains("gpqa.csv").doesNotContain("closed,a");
  }

  @Test
  void aCellWithoutEndIsNotHeldInMemory() throws Exception {
    write(HEADER, "old,\"" + "x".repeat(3 * RawRow.LONGEST_BYTES) + "\",a,b,c,d,x,rec1");

    assertThat(ActivityFailures.of(() -> ingest(false)).getType()).isEqualTo("USER/DATA_CORRUPT");
  }

  @Test
  void textThatIsNotUtf8IsRefused() throws Exception {
    Files.write(
        harness.file("gpqa.csv"),
        (HEADER + "\nold,Q\u00e9?,a,b,c,d,x,rec1\n").getBytes(StandardCharsets.ISO_8859_1));

    assertThat(ActivityFailures.of(() -> ingest(false)).getOriginalMessage()).contains("not UTF-8");
  }

  @Test
  void trainingProblemsAreKeptApartWithoutQuotingTheBenchmark() throws Exception {
    String question =
        "Which of these four gases that are noble is the one that has 18 protons in each atom?";
    write(HEADER, "old," + question + ",argon,neon,xenon,helium,x,rec1");
    harness.write(
        "data.jsonl",
        "{\"problem\": \"Say it. " + question + " Explain.\", \"answer\": \"argon\"}",
        "{\"problem\": \"1 + 1?\", \"answer\": \"2\"}");
    IngestSummary summary =
        harness.ingest(
            harness.source("data.jsonl"),
            io.retort.v1.FilterSpec.newBuilder().setDecontaminationWords(13).build(),
            benchmark(true));

    assertThat(harness.quarantine(summary))
        .extracting(QuarantinedRow::getMessage)
        .containsExactly(
            "the problem shares 13 words and all numbers with gpqa.csv:1 of benchmark gpqa");
  }

  private void write(String... lines) throws IOException {
    harness.write("gpqa.csv", lines);
  }

  private BenchmarkSpec benchmark(boolean redacted) {
    return BenchmarkSpec.newBuilder()
        .setName("gpqa")
        .setSource(harness.source("gpqa.csv", DataFormat.DATA_FORMAT_GPQA))
        .setRedacted(redacted)
        .setAllowLostRows(true)
        .build();
  }

  private IngestSummary ingest(boolean redacted) {
    DataSource source = benchmark(redacted).getSource();
    return harness
        .activities()
        .ingest(harness.request(source).setBenchmark(benchmark(redacted)).build())
        .getSummary();
  }
}
