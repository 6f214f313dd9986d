package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.failure.Failures;
import io.retort.pipeline.ActivityFailures;
import io.retort.student.StudentChecker;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.Sample;
import io.retort.v1.StudentTemplate;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports about a student before any paid work. */
final class StudentCheckTest {
  private final List<List<Sample>> asked = new CopyOnWriteArrayList<>();
  private Path folder;
  private IngestHarness harness;
  private StudentChecker checker = this::characters;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    harness =
        new IngestHarness(
            temporary,
            Map.of("HF_ENDPOINT", "http://localhost:1"),
            store -> store,
            uri -> new FolderOfBuckets(temporary),
            (student, template, maxNewTokens, rows) ->
                checker.tokens(student, template, maxNewTokens, rows));
    Path model = Files.createDirectories(folder.resolve("model"));
    for (String name :
        List.of("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")) {
      Files.writeString(model.resolve(name), "{}");
    }
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void moreRowsAreTooLongThanSftAllows() throws IOException {
    harness.write("data.jsonl", row(10), row(300), row(300), row(10));

    assertThat(inspect(0.5, "data.jsonl").getWarningsList()).isEmpty();
    assertThat(inspect(0.25, "data.jsonl").getWarningsList())
        .singleElement()
        .asString()
        .startsWith(
            "student.max_length: 2 of the first 4 rows are longer than 100 tokens as they come"
                + " (longest: 300), and sft.max_truncated_ratio is 0.25")
        .contains("TOO_MANY_TRUNCATED");
  }

  @Test
  void theFirstRowsOfEachSourceAreLookedAt() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int index = 0; index < 500; index++) {
      rows.add(row(10));
    }
    harness.write("a.jsonl", rows.toArray(String[]::new));
    harness.write("b.jsonl", row(20), "no row");

    inspect(0, "a.jsonl", "none.jsonl", "b.jsonl");

    assertThat(asked).singleElement().satisfies(samples -> assertThat(samples).hasSize(65));
  }

  @Test
  void whatNoDataCouldChangeEndsTheRun() throws IOException {
    harness.write("data.jsonl", row(10));
    checker =
        (student, template, maxNewTokens, rows) ->
            CompletableFuture.failedFuture(Failures.user("SYSTEM_TURN_REFUSED", "no system turn"));

    ApplicationFailure failure = ActivityFailures.of(() -> inspect(0, "data.jsonl"));

    assertThat(failure.getType()).isEqualTo("USER/SYSTEM_TURN_REFUSED");
  }

  @Test
  void withoutPythonThatIsTold() throws IOException {
    harness.write("data.jsonl", row(10));
    checker = StudentChecker.none();

    assertThat(inspect(0, "data.jsonl").getWarningsList())
        .containsExactly(
            "student.model: not checked before training: RETORT_PYTHON is not set for the pipeline"
                + " worker");
  }

  private CompletableFuture<List<Integer>> characters(
      Path student, StudentTemplate template, int maxNewTokens, List<Sample> rows) {
    assertThat(student).isEqualTo(folder.resolve("model"));
    assertThat(maxNewTokens).isEqualTo(16);
    asked.add(rows);
    return CompletableFuture.completedFuture(
        rows.stream().map(sample -> sample.getChain().length()).toList());
  }

  private InspectStudentResponse inspect(double ratio, String... sources) {
    InspectStudentRequest.Builder request =
        InspectStudentRequest.newBuilder()
            .setModelUri(folder.resolve("model").toString())
            .setTemplate(StudentTemplate.newBuilder().setMaxLength(100))
            .setMaxNewTokens(16)
            .setMaxTruncatedRatio(ratio);
    for (String source : sources) {
      request.addSources(harness.source(source));
    }
    return harness.activities().inspectStudent(request.build());
  }

  private static String row(int length) {
    return "{\"problem\": \"What?\", \"chain\": \"%s\", \"answer\": 1}"
        .formatted("a".repeat(length));
  }
}
