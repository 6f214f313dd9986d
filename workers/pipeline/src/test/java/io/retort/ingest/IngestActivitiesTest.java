package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.store.FaultyStore;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.AnswerKind;
import io.retort.v1.ArtifactRef;
import io.retort.v1.DataFormat;
import io.retort.v1.DataSource;
import io.retort.v1.FieldMapping;
import io.retort.v1.IngestSummary;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.Manifest;
import io.retort.v1.QuarantinedRow;
import io.retort.v1.Sample;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class IngestActivitiesTest {
  private static final String GSM8K_ROW =
      "{\"question\": \"Six eggs, half sold. Sold?\", \"answer\":"
          + " \"6/2 = <<6/2=3>>3 eggs  \\nare sold.\\n#### 1,003\"}";

  private Path folder;
  private IngestHarness harness;
  private IngestActivities activities;
  private Store store;

  @BeforeEach
  void start(@TempDir Path temporary) {
    folder = temporary;
    harness = new IngestHarness(temporary);
    activities = harness.activities();
    store = harness.store();
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void gsm8kLosesMarksAndAnswerLine() throws IOException {
    Sample sample = onlySample(DataFormat.DATA_FORMAT_GSM8K, GSM8K_ROW);

    assertThat(sample.getProblem()).isEqualTo("Six eggs, half sold. Sold?");
    assertThat(sample.getChain()).isEqualTo("6/2 = 3 eggs\nare sold.");
    assertThat(sample.getAnswer()).isEqualTo("1003");
    assertThat(sample.getSource()).isEqualTo("data.jsonl:1");
    assertThat(sample.getId()).matches("[0-9a-f]{64}");
  }

  @Test
  void autoFindsEveryLayout() throws IOException {
    assertThat(onlySample(DataFormat.DATA_FORMAT_AUTO, GSM8K_ROW).getAnswer()).isEqualTo("1003");
    assertThat(
            onlySample(
                    DataFormat.DATA_FORMAT_AUTO,
                    "{\"problem\": \"1+1?\", \"chain\": \"1+1 = 2\", \"answer\": 2}")
                .getAnswer())
        .isEqualTo("2");
    assertThat(
            onlySample(
                    DataFormat.DATA_FORMAT_AUTO,
                    "{\"id\": 60, \"question\": \"1+2?\", \"true_answer\": \"\\\\frac{1}{2}\"}")
                .getAnswer())
        .isEqualTo("\\frac{1}{2}");
    assertThat(
            onlySample(
                    DataFormat.DATA_FORMAT_AUTO,
                    "{\"instruction\": \"1+3?\", \"output\":"
                        + " \"<think>1+3 = 4</think>It is \\\\boxed{4}.\"}")
                .getChain())
        .isEqualTo("1+3 = 4");
    assertThat(
            onlySample(
                    DataFormat.DATA_FORMAT_AUTO,
                    "{\"messages\": [{\"role\": \"user\", \"content\": \"1+4?\"}, {\"role\":"
                        + " \"assistant\", \"content\": \"<think>1+4 = 5</think>\\\\boxed{5}\"}]}")
                .getAnswer())
        .isEqualTo("5");
  }

  @Test
  void fieldsAreMapped() throws IOException {
    FieldMapping mapping =
        FieldMapping.newBuilder().setProblem("q").setChain("thought").setAnswer("gold").build();
    write("{\"q\": \"Half of 5?\", \"thought\": \"5/2 = 2.5\\nAnswer: 2.50\", \"gold\": 2.5}");

    Sample sample =
        samples(
                ingest(
                    source(DataFormat.DATA_FORMAT_FIELDS).toBuilder().setFields(mapping).build()))
            .get(0);

    assertThat(sample.getChain())
        .as("answer line that repeats the gold answer")
        .isEqualTo("5/2 = 2.5");
    assertThat(sample.getAnswer()).isEqualTo("2.5");
  }

  @Test
  void answerLineOfAWrongChainStays() throws IOException {
    Sample sample =
        onlySample(
            DataFormat.DATA_FORMAT_FIELDS,
            "{\"problem\": \"Half of 5?\", \"chain\": \"5/2 = 3\\n"
                + "The answer is 3.\", \"answer\": \"2.5\"}");

    assertThat(sample.getChain()).isEqualTo("5/2 = 3\nThe answer is 3.");
  }

  @Test
  void benchmarkRowNeedsNoChain() throws IOException {
    assertThat(
            onlySample(
                    DataFormat.DATA_FORMAT_FIELDS,
                    "{\"problem\": \"1+1?\", \"answer\": \"\\\\boxed{2}\"}")
                .getChain())
        .isEmpty();
  }

  @Test
  void thoughtTraceInInstructionRow() throws IOException {
    Sample sample =
        onlySample(
            DataFormat.DATA_FORMAT_INSTRUCTION,
            "{\"instruction\": \"1+1?\", \"output\": \"<|begin_of_thought|>\\n\\nOne and"
                + " one.\\n\\n<|end_of_thought|>\\n\\n<|begin_of_solution|>\\n\\nSo"
                + " \\\\boxed{\\\\text{two}}.\\n\\n<|end_of_solution|>\"}");

    assertThat(sample.getChain()).isEqualTo("One and one.");
    assertThat(sample.getAnswer()).isEqualTo("\\text{two}");
  }

  @Test
  void everyBadRowIsQuarantinedWithItsReason() throws IOException {
    String good = "{\"problem\": \"1+1?\", \"chain\": \"1+1 = 2\", \"answer\": \"2\"}";
    Path file = folder.resolve("data.jsonl");
    try (OutputStream output = Files.newOutputStream(file)) {
      for (String line :
          List.of(
              good,
              "{not json",
              "",
              "[1]",
              good + " trailing",
              "{\"chain\": \"x\", \"answer\": \"2\"}",
              "{\"problem\": \" \", \"answer\": \"2\"}",
              "{\"problem\": 7, \"answer\": \"2\"}",
              "{\"problem\": \"a\", \"answer\": [2]}",
              "{\"problem\": \"a\", \"answer\": \" \"}",
              good,
              "{\"problem\": \"\\ud800\", \"answer\": \"2\"}",
              "{\"problem\": \"" + "x".repeat(RawRow.LONGEST_BYTES) + "\", \"answer\": \"2\"}",
              "{\"problem\": \"1+2?\", \"answer\": \"3\"}")) {
        output.write(line.getBytes(StandardCharsets.UTF_8));
        output.write('\n');
      }
      output.write(new byte[] {'{', (byte) 0xff, (byte) 0xfe, '}'});
    }

    IngestSummary summary = ingest(source(DataFormat.DATA_FORMAT_AUTO));

    assertThat(summary.getRows()).isEqualTo(2);
    assertThat(IngestHarness.reasons(summary))
        .isEqualTo(
            Map.of(
                "NOT_JSON", 5L,
                "MISSING_FIELD", 2L,
                "WRONG_TYPE", 2L,
                "NO_ANSWER", 1L,
                "DUPLICATE", 1L,
                "TOO_LARGE", 1L));
    assertThat(summary.getQuarantined()).isEqualTo(12);
    List<QuarantinedRow> quarantine = harness.quarantine(summary);
    assertThat(quarantine).hasSize(12);
    assertThat(quarantine.get(0).getSource()).isEqualTo(file + ":2");
    assertThat(quarantine.get(0).getMessage()).contains("column");
    assertThat(quarantine.get(11).getSource())
        .as("no line feed at the end")
        .isEqualTo(file + ":15");
  }

  @Test
  void conversationsAndTracesThatCannotBeUsed() throws IOException {
    write(
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
            + " \"content\": \"<think>cut\"}]}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
            + " \"content\": \"b\"}]}",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\","
            + " \"content\": \"b\"}, {\"role\": \"user\", \"content\": \"c\"}, {\"role\":"
            + " \"assistant\", \"content\": \"\\\\boxed{1}\"}]}",
        "{\"messages\": \"a\"}",
        "{\"messages\": [{\"role\": \"system\", \"content\": \"s\"}, {\"role\": \"user\","
            + " \"content\": \"a\"}, {\"role\": \"assistant\", \"content\":"
            + " \"thinking</think>\\\\boxed{1}\"}]}");

    IngestSummary summary = ingest(source(DataFormat.DATA_FORMAT_MESSAGES));

    assertThat(IngestHarness.reasons(summary))
        .isEqualTo(
            Map.of("MISSING_FIELD", 1L, "NO_ANSWER", 2L, "MULTI_TURN", 1L, "WRONG_TYPE", 1L));
    assertThat(samples(summary).get(0).getChain()).isEqualTo("thinking");
  }

  @Test
  void sameSourcesGiveTheSameSnapshotWhereverTheyLie() throws IOException {
    write(GSM8K_ROW, "bad");
    IngestSummary first = ingest(source(DataFormat.DATA_FORMAT_GSM8K));
    Path copy = Files.createDirectories(folder.resolve("elsewhere")).resolve("data.jsonl");
    Files.copy(folder.resolve("data.jsonl"), copy);

    IngestSummary again =
        ingest(
            DataSource.newBuilder()
                .setPath(copy.toUri().toString())
                .setFormat(DataFormat.DATA_FORMAT_GSM8K)
                .build());

    assertThat(again).isEqualTo(first);
  }

  @Test
  void shardsHoldTheirRowsInOrder() throws IOException {
    String[] rows = new String[7];
    for (int index = 0; index < rows.length; index++) {
      rows[index] =
          "{\"problem\": \"p"
              + index
              + "\", \"chain\": \""
              + "c".repeat(index + 1)
              + "\", \"answer\": 1}";
    }
    write(rows);

    IngestSummary summary =
        activities
            .ingest(harness.request(source(DataFormat.DATA_FORMAT_FIELDS)).setShardRows(3).build())
            .getSummary();

    Manifest manifest = Manifests.read(store, summary.getDataset());
    assertThat(summary.getShards()).isEqualTo(3);
    assertThat(manifest.getPartsList())
        .extracting(ArtifactRef::getRows)
        .containsExactly(3L, 3L, 1L);
    assertThat(manifest.getMedianChainCharacters()).isEqualTo(4);
    assertThat(samples(summary))
        .extracting(Sample::getProblem)
        .containsExactly("p0", "p1", "p2", "p3", "p4", "p5", "p6");
  }

  @Test
  void limitCountsRowsOfTheFile() throws IOException {
    write("bad", GSM8K_ROW, GSM8K_ROW);

    IngestSummary summary =
        ingest(source(DataFormat.DATA_FORMAT_GSM8K).toBuilder().setLimit(2).build());

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(summary.getQuarantined()).isEqualTo(1);
  }

  @Test
  void missingFileIsTheUsersToMend() {
    ApplicationFailure failure =
        ActivityFailures.of(() -> ingest(source(DataFormat.DATA_FORMAT_AUTO)));

    assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
    assertThat(failure.isNonRetryable()).isTrue();
    assertThat(failure.getOriginalMessage()).contains(folder.resolve("data.jsonl").toString());
  }

  @Test
  void relativePathIsRefused() {
    assertThat(
            ActivityFailures.of(() -> ingest(DataSource.newBuilder().setPath("data.jsonl").build()))
                .getOriginalMessage())
        .contains("data.jsonl", "(expected: an absolute path, a file: URI");
  }

  @Test
  void emptyFileAndFileOfBadRowsAreTheUsersToMend() throws IOException {
    write();
    assertThat(ActivityFailures.of(() -> ingest(source(DataFormat.DATA_FORMAT_AUTO))).getType())
        .isEqualTo("USER/DATA_EMPTY");

    write("bad", "worse", "{\"question\": \"a\", \"answer\": \"b\"}");
    ApplicationFailure failure =
        ActivityFailures.of(() -> ingest(source(DataFormat.DATA_FORMAT_GSM8K)));
    assertThat(failure.getType()).isEqualTo("USER/DATA_EMPTY");
    assertThat(failure.getOriginalMessage()).contains("NO_ANSWER=1", "NOT_JSON=2");
  }

  @Test
  void unknownLayoutNamesTheFieldsThatItSaw() throws IOException {
    write("{\"text\": \"a\", \"label\": 1}");

    ApplicationFailure failure =
        ActivityFailures.of(() -> ingest(source(DataFormat.DATA_FORMAT_AUTO)));

    assertThat(failure.getType()).isEqualTo("USER/DATA_FORMAT_UNKNOWN");
    assertThat(failure.getOriginalMessage()).contains("[text, label]");
  }

  @Test
  void fullDiskIsAPlatformFailure() throws IOException {
    write(GSM8K_ROW);
    harness.close();
    harness =
        new IngestHarness(
            folder, Map.of("HF_ENDPOINT", "http://localhost:1"), IngestActivitiesTest::fullDisk);

    ApplicationFailure failure =
        ActivityFailures.of(() -> ingest(source(DataFormat.DATA_FORMAT_AUTO)));

    assertThat(failure.getType()).isEqualTo("PLATFORM/DISK_FULL");
    assertThat(failure.isNonRetryable()).isFalse();
  }

  @Test
  void realGsm8k() throws IOException {
    Path train = IngestHarness.REAL_DATA.resolve("gsm8k_train.jsonl");
    assumeThat(train).as("real data beside the checkout").exists();

    IngestSummary summary =
        ingest(
            DataSource.newBuilder().setPath(train.toAbsolutePath().normalize().toString()).build());

    assertThat(summary.getRows()).isEqualTo(7_473);
    assertThat(summary.getShards()).isEqualTo(30);
    assertThat(samples(summary))
        .allSatisfy(
            sample -> assertThat(sample.getChain()).doesNotContain("<<", "####").isNotBlank());
  }

  @Test
  void realBenchmarks() throws IOException {
    assumeThat(IngestHarness.REAL_DATA).as("real data beside the checkout").exists();

    for (Map.Entry<String, Long> expected :
        Map.of("math500.jsonl", 500L, "aime24.jsonl", 30L).entrySet()) {
      Path file = IngestHarness.REAL_DATA.resolve(expected.getKey()).toAbsolutePath().normalize();
      assertThat(ingest(DataSource.newBuilder().setPath(file.toString()).build()).getRows())
          .as(expected.getKey())
          .isEqualTo(expected.getValue());
    }
  }

  @Test
  void realHumanEval() throws IOException {
    Path file = IngestHarness.REAL_DATA.resolve("HumanEval.jsonl.gz");
    assumeThat(file).as("real data beside the checkout").exists();

    IngestSummary summary = ingest(DataSource.newBuilder().setPath(file.toString()).build());

    assertThat(summary.getRows()).isEqualTo(164);
    assertThat(summary.getQuarantined()).isZero();
    Sample first = samples(summary).get(0);
    assertThat(first.getProblem())
        .startsWith("Complete this Python function in a ```python block:\n\n```python\nfrom typing")
        .endsWith("\"\"\"\n```");
    assertThat(first.getAnswer()).contains("def has_close_elements(", "\n    return False");
    assertThat(first.getTests())
        .contains("def check(candidate):")
        .endsWith("\n\ncheck(has_close_elements)");
    assertThat(first.getChain()).isEmpty();
    assertThat(samples(summary))
        .allSatisfy(
            sample -> assertThat(sample.getAnswerKind()).isEqualTo(AnswerKind.ANSWER_KIND_CODE));
  }

  @Test
  void testsMakeCodeAndArePartOfTheId() throws IOException {
    String row =
        "{\"problem\": \"Double x.\", \"answer\": \"def f(x):\\n"
            + "    return x << 1\", \"unit\": \"assert f(%d)\"}";
    write(row.formatted(1), row.formatted(2), "{\"problem\": \"1+1?\", \"answer\": \"2\"}");

    List<Sample> samples =
        samples(
            ingest(
                source(DataFormat.DATA_FORMAT_FIELDS).toBuilder()
                    .setFields(FieldMapping.newBuilder().setTests("unit"))
                    .build()));

    assertThat(samples)
        .extracting(Sample::getAnswerKind)
        .containsExactly(
            AnswerKind.ANSWER_KIND_CODE, AnswerKind.ANSWER_KIND_CODE, AnswerKind.ANSWER_KIND_MATH);
    assertThat(samples.get(0).getAnswer()).isEqualTo("def f(x):\n    return x << 1");
    assertThat(samples).extracting(Sample::getId).doesNotHaveDuplicates();
  }

  @Test
  void answerKindOfTheSourceCounts() throws IOException {
    write("{\"problem\": \"A or B?\", \"answer\": \"B\"}");
    IngestSummary asMath = ingest(source(DataFormat.DATA_FORMAT_FIELDS));

    IngestSummary asChoice =
        ingest(
            source(DataFormat.DATA_FORMAT_FIELDS).toBuilder()
                .setAnswerKind(AnswerKind.ANSWER_KIND_CHOICE)
                .build());

    assertThat(samples(asChoice).get(0).getAnswerKind()).isEqualTo(AnswerKind.ANSWER_KIND_CHOICE);
    assertThat(asChoice.getDataset().getUri()).isNotEqualTo(asMath.getDataset().getUri());
  }

  @Test
  void codeWithoutTestsCannotBeChecked() throws IOException {
    write("{\"problem\": \"Double x.\", \"answer\": \"2*x\"}");

    assertThat(
            ActivityFailures.of(
                    () ->
                        ingest(
                            source(DataFormat.DATA_FORMAT_FIELDS).toBuilder()
                                .setAnswerKind(AnswerKind.ANSWER_KIND_CODE)
                                .build()))
                .getOriginalMessage())
        .contains("MISSING_FIELD=1");
  }

  @Test
  void realBenchmarksByMappedFields() {
    assumeThat(IngestHarness.REAL_DATA).as("real data beside the checkout").exists();

    IngestSummary math =
        ingest(mapped("math500.jsonl", FieldMapping.newBuilder().setProblem("question")));
    IngestSummary aime =
        ingest(
            mapped(
                "aime24.jsonl",
                FieldMapping.newBuilder().setProblem("question").setChain("solution")));

    assertThat(math.getRows()).isEqualTo(500);
    assertThat(aime.getRows()).isEqualTo(30);
  }

  private static DataSource mapped(String name, FieldMapping.Builder fields) {
    return DataSource.newBuilder()
        .setPath(IngestHarness.REAL_DATA.resolve(name).toString())
        .setFormat(DataFormat.DATA_FORMAT_FIELDS)
        .setFields(fields.setAnswer("true_answer"))
        .build();
  }

  @Test
  void numbersThatPythonWritesDoNoHarmWhereNobodyReadsThem() throws IOException {
    write(
        "{\"problem\": \"1+1?\", \"answer\": \"2\", \"score\": NaN}",
        "{\"problem\": \"1/0?\", \"answer\": Infinity}");

    IngestSummary summary = ingest(source(DataFormat.DATA_FORMAT_FIELDS));

    assertThat(summary.getRows()).isEqualTo(1);
    assertThat(IngestHarness.reasons(summary)).isEqualTo(Map.of("WRONG_TYPE", 1L));
  }

  @Test
  void completeStudentIsAccepted() throws IOException {
    Path model =
        student("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors");

    assertThat(inspect(model.toString())).isEqualTo(model.toUri().toString().replaceAll("/$", ""));
    assertThat(inspect(model.toUri().toString())).isEqualTo(inspect(model.toString()));
  }

  @Test
  void missingStudent() {
    assertThat(ActivityFailures.of(() -> inspect(folder.resolve("nowhere").toString())).getType())
        .isEqualTo("USER/MODEL_NOT_FOUND");
    assertThat(ActivityFailures.of(() -> inspect("Qwen/Qwen2.5-7B")).getType())
        .isEqualTo("USER/MODEL_NOT_FOUND");
  }

  @Test
  void incompleteStudentTellsEverythingThatIsMissing() throws IOException {
    Path model = student("pytorch_model.bin");

    ApplicationFailure failure = ActivityFailures.of(() -> inspect(model.toString()));

    assertThat(failure.getType()).isEqualTo("USER/MODEL_INCOMPLETE");
    assertThat(failure.getOriginalMessage())
        .contains(
            "no config.json",
            "no tokenizer",
            "no tokenizer_config.json",
            "pickles",
            "safe_serialization");
  }

  @Test
  void shardOfWeightsThatIsNotThere() throws IOException {
    Path model =
        student(
            "config.json",
            "vocab.json",
            "tokenizer_config.json",
            "model-00001-of-00002.safetensors");
    Files.writeString(
        model.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\", \"b\":"
            + " \"model-00002-of-00002.safetensors\"}}");

    assertThat(ActivityFailures.of(() -> inspect(model.toString())).getOriginalMessage())
        .contains("[model-00002-of-00002.safetensors]");
  }

  private String inspect(String location) {
    return activities
        .inspectStudent(InspectStudentRequest.newBuilder().setModelUri(location).build())
        .getModelUri();
  }

  private Path student(String... files) throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    for (String file : files) {
      Files.writeString(model.resolve(file), "{}");
    }
    return model;
  }

  private Sample onlySample(DataFormat format, String row) throws IOException {
    write(row);
    List<Sample> samples = samples(ingest(source(format)));
    assertThat(samples).hasSize(1);
    return samples.get(0);
  }

  private void write(String... rows) throws IOException {
    harness.write("data.jsonl", rows);
  }

  private DataSource source(DataFormat format) {
    return harness.source("data.jsonl", format);
  }

  private IngestSummary ingest(DataSource source) {
    return harness.ingest(source);
  }

  private List<Sample> samples(IngestSummary summary) throws IOException {
    return harness.samples(summary);
  }

  /** A readable store whose disk is full. */
  private static Store fullDisk(Store store) {
    return new FaultyStore(
        store,
        (operation, uri) -> {
          if (operation != FaultyStore.Operation.DELETE) {
            throw new IOException("No space left on device");
          }
        });
  }
}
