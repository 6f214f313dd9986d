package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.store.DataRoots;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A student on the hub. */
final class HubModelsTest {
  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");

  private Path folder;
  private FakeHub hub;
  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    hub = FakeHub.model();
    FILES.forEach(name -> hub.with(name, "{\"of\": \"" + name + "\"}"));
    harness =
        new IngestHarness(
            temporary,
            Map.of(
                "HF_ENDPOINT", hub.endpoint(), "HF_TOKEN", "secret", DataRoots.VARIABLE, "/none"),
            store -> store);
  }

  @AfterEach
  void stop() {
    harness.close();
    hub.close();
  }

  @Test
  void isKeptInTheStoreAtItsCommit() throws IOException {
    InspectStudentResponse found = inspect("hf://owner/name");

    assertThat(found.getPinnedUri()).isEqualTo("hf://owner/name@" + FakeHub.COMMIT);
    assertThat(found.getModelUri())
        .isEqualTo(found.getModel().getUri())
        .endsWith("/store/students/owner/name/" + FakeHub.COMMIT);
    assertThat(files(found)).containsExactlyElementsOf(FILES);
    assertThat(hub.requests).allMatch(request -> request.endsWith(" Bearer secret"));
    assertThat(hub.fileTokens).containsOnly("-").hasSize(FILES.size());
  }

  @Test
  void isTheSameStudentAsItsFilesInAFolder() throws IOException {
    InspectStudentResponse found = inspect("hf://owner/name@" + FakeHub.COMMIT + "/");
    Path copy = Files.createDirectories(folder.resolve("store/copy"));
    for (String name : FILES) {
      Files.writeString(copy.resolve(name), "{\"of\": \"" + name + "\"}");
    }

    assertThat(found.getModel().getSha256())
        .isEqualTo(inspect(copy.toString()).getModel().getSha256());
    assertThat(inspect(copy.toString()).getPinnedUri()).isEmpty();
  }

  @Test
  void aCommitIsFetchedOnceAndStaysWhenTheBranchMoves() throws IOException {
    InspectStudentResponse first = inspect("hf://owner/name");
    int requests = hub.requests.size();
    hub.commit = "f".repeat(40);
    hub.with("config.json", "{\"other\": 1}");

    assertThat(inspect(first.getPinnedUri()).getModel()).isEqualTo(first.getModel());
    assertThat(hub.requests).hasSize(requests);
    InspectStudentResponse moved = inspect("hf://owner/name");
    assertThat(moved.getPinnedUri()).isEqualTo("hf://owner/name@" + "f".repeat(40));
    assertThat(moved.getModel().getSha256()).isNotEqualTo(first.getModel().getSha256());
  }

  @Test
  void whatWasInterruptedIsFetchedAgain() throws IOException {
    InspectStudentResponse found = inspect("hf://owner/name");
    Path marker = folder.resolve("store/students/owner/name/" + FakeHub.COMMIT + ".json");
    Files.delete(marker);
    Files.delete(path(found).resolve("tokenizer.json"));

    assertThat(inspect(found.getPinnedUri()).getModel()).isEqualTo(found.getModel());
    assertThat(marker).exists();
  }

  @Test
  void picklesCodeAndWhatLiesInFoldersAreLeftOut() throws IOException {
    for (String name :
        List.of(
            "pytorch_model.bin",
            "modeling.py",
            "consolidated.safetensors",
            "onnx/model.safetensors",
            "../../escape.json",
            ".hidden.json",
            "/etc/x.json")) {
      hub.with(name, "no");
    }

    assertThat(files(inspect("hf://owner/name"))).containsExactlyElementsOf(FILES);
    assertThat(hub.requests).noneMatch(request -> request.matches(".*(bin|py|escape|etc).* .*"));
  }

  @Test
  void picklesAloneAreRefusedBeforeAnythingIsFetched() throws IOException {
    hub.close();
    hub = FakeHub.model().with("config.json", "{}").with("pytorch_model.bin", "no");
    harness.close();
    harness = new IngestHarness(folder, Map.of("HF_ENDPOINT", hub.endpoint()), store -> store);

    ApplicationFailure failure = ActivityFailures.of(() -> inspect("hf://owner/name"));

    assertThat(failure.getType()).isEqualTo("USER/MODEL_INCOMPLETE");
    assertThat(failure.getOriginalMessage())
        .startsWith("student.model: hf://owner/name@" + FakeHub.COMMIT + ": weights are pickles")
        .contains("safe_serialization");
    assertThat(hub.requests).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "401, USER/MODEL_FORBIDDEN, HF_TOKEN",
    "403, USER/MODEL_FORBIDDEN, HF_TOKEN",
    "404, USER/MODEL_NOT_FOUND, a model and a revision that are there",
    "503, PLATFORM/HUB_UNREACHABLE, HF_ENDPOINT"
  })
  void refusalsOfTheHub(int status, String type, String text) {
    hub.status = status;

    ApplicationFailure failure = ActivityFailures.of(() -> inspect("hf://owner/name@v1"));

    assertThat(failure.getType()).isEqualTo(type);
    assertThat(failure.getOriginalMessage()).startsWith("student.model: ").contains(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hf://name", "hf://spaces/a/b", "hf://datasets/a", "hf://a/b/c", "hf://../b"})
  void namesThatAreNone(String location) {
    ApplicationFailure failure = ActivityFailures.of(() -> inspect(location));

    assertThat(failure.getType()).isEqualTo("USER/MODEL_NOT_FOUND");
    assertThat(failure.getOriginalMessage()).contains("hf://OWNER/NAME");
    assertThat(hub.requests).isEmpty();
  }

  @Test
  void aPlanDownloadsNothing() {
    ApplicationFailure failure =
        ActivityFailures.of(() -> inspect("hf://owner/name", /* withoutDownload= */ true));

    assertThat(failure.getType()).isEqualTo("RESOURCE/MODEL_NOT_DOWNLOADED");
    assertThat(hub.fileTokens).isEmpty();
    assertThat(folder.resolve("store/students")).doesNotExist();

    InspectStudentResponse found = inspect("hf://owner/name");
    assertThat(inspect("hf://owner/name", /* withoutDownload= */ true)).isEqualTo(found);
  }

  private InspectStudentResponse inspect(String location) {
    return inspect(location, /* withoutDownload= */ false);
  }

  private InspectStudentResponse inspect(String location, boolean withoutDownload) {
    return harness
        .activities()
        .inspectStudent(
            InspectStudentRequest.newBuilder()
                .setModelUri(location)
                .setStoreUri(folder.resolve("store").toUri().toString().replaceFirst("/$", ""))
                .setWithoutDownload(withoutDownload)
                .build());
  }

  private static Path path(InspectStudentResponse found) {
    return Path.of(URI.create(found.getModelUri()));
  }

  private static List<String> files(InspectStudentResponse found) throws IOException {
    try (Stream<Path> files = Files.list(path(found))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }
}
