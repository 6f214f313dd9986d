package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.pipeline.ActivityFailures;
import io.retort.v1.Sample;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HubTest {
  private FakeHub hub;
  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    hub =
        new FakeHub()
            .with("README.md", "# Card")
            .with("main/train-2.jsonl", row(2))
            .with("main/train-1.jsonl", row(1))
            .with("main/deep/train 3.json", "[" + row(3) + "]")
            .with("test.jsonl", row(4));
    harness =
        new IngestHarness(
            temporary,
            Map.of("HF_ENDPOINT", hub.endpoint() + "/", "HF_TOKEN", "secret"),
            store -> store);
  }

  @AfterEach
  void stop() {
    harness.close();
    hub.close();
  }

  @Test
  void globOfADataSet() throws IOException {
    assertThat(
            harness.samples(
                harness.ingest(harness.source("hf://datasets/owner/name/main/train-*.jsonl"))))
        .extracting(Sample::getSource)
        .containsExactly("main/train-1.jsonl:1", "main/train-2.jsonl:1");
    assertThat(
            harness.problems(
                harness.ingest(harness.source("hf://datasets/owner/name/main/**/*.json*"))))
        .containsExactly("What is 3?", "What is 1?", "What is 2?");
  }

  @Test
  void tokenGoesToTheHubAloneAndFilesAreOfOneCommit() {
    harness.ingest(harness.source("hf://datasets/owner/name/test.jsonl"));

    assertThat(hub.requests)
        .containsExactly(
            "/api/datasets/owner/name/revision/main Bearer secret",
            "/datasets/owner/name/resolve/" + FakeHub.COMMIT + "/test.jsonl Bearer secret");
    assertThat(hub.fileTokens).containsExactly("-");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf://datasets/owner/name/none*.jsonl",
        "hf://datasets/owner/name",
        "hf://datasets/owner/name/"
      })
  void withoutAMatchTheFilesAreTold(String path) {
    ApplicationFailure failure = ActivityFailures.of(() -> harness.ingest(harness.source(path)));

    assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
    assertThat(failure.getOriginalMessage()).contains("main/train-1.jsonl, main/train-2.jsonl");
  }

  @ParameterizedTest
  @CsvSource({
    "401, USER/DATA_FORBIDDEN, HF_TOKEN",
    "403, USER/DATA_FORBIDDEN, HF_TOKEN",
    "404, USER/DATA_NOT_FOUND, answers 404",
    "429, PLATFORM/HUB_UNREACHABLE, HF_ENDPOINT",
    "503, PLATFORM/HUB_UNREACHABLE, HF_ENDPOINT"
  })
  void refusalsOfTheHub(int status, String type, String text) {
    hub.status = status;

    ApplicationFailure failure =
        ActivityFailures.of(
            () -> harness.ingest(harness.source("hf://datasets/owner/name/test.jsonl")));

    assertThat(failure.getType()).isEqualTo(type);
    assertThat(failure.getOriginalMessage()).contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://169.254.169.254/latest/meta-data",
        "http://[fd00:ec2::254]/latest",
        "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://100.100.100.200/",
        "file:///etc/passwd"
      })
  void redirectsToTheMachinesOwnServicesAreNotFollowed(String elsewhere) {
    hub.elsewhere = elsewhere;

    ApplicationFailure failure =
        ActivityFailures.of(
            () -> harness.ingest(harness.source("hf://datasets/owner/name/test.jsonl")));

    assertThat(failure.getType()).isEqualTo("USER/LOCATION_FORBIDDEN");
    assertThat(failure.getOriginalMessage()).contains("redirects to " + elsewhere);
  }

  @Test
  void otherRevision() {
    ActivityFailures.of(
        () -> harness.ingest(harness.source("hf://datasets/owner/name@v1/test.jsonl")));

    assertThat(hub.requests).containsExactly("/api/datasets/owner/name/revision/v1 Bearer secret");
  }

  @Test
  void noNetwork(@TempDir Path folder) {
    try (IngestHarness cut = new IngestHarness(folder)) {
      ApplicationFailure failure =
          ActivityFailures.of(() -> cut.ingest(cut.source("hf://datasets/owner/name/test.jsonl")));

      assertThat(failure.getType()).isEqualTo("PLATFORM/HUB_UNREACHABLE");
      assertThat(failure.isNonRetryable()).isFalse();
      assertThat(failure.getOriginalMessage()).contains("http://localhost:1/", "files on disk");
    }
  }

  @Test
  void referencesThatAreNone() {
    assertThatThrownBy(() -> HubReference.parse("hf://datasets/gsm8k"))
        .hasMessageContaining(
            "hf://datasets/gsm8k (expected: hf://datasets/OWNER/NAME[@REVISION]/GLOB)");
  }

  private static String row(int number) {
    return "{\"problem\": \"What is %d?\", \"answer\": %d}".formatted(number, number);
  }
}
