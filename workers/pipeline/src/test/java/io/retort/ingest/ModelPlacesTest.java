package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.registry.Aliases;
import io.retort.registry.ContentDigest;
import io.retort.store.StoredMessages;
import io.retort.v1.AliasChange;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.ReleaseProvenance;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models to evaluate, wherever they are. */
final class ModelPlacesTest {
  private static final List<String> FILES =
      List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json");
  private static final ReleaseProvenance PROVENANCE =
      ReleaseProvenance.newBuilder().putFiles("config.json", "ab").build();

  private Path folder;
  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    harness = new IngestHarness(temporary);
    for (String place : List.of("elsewhere", "store/models/smol/versions/3")) {
      Path model = Files.createDirectories(folder.resolve(place));
      for (String name : FILES) {
        Files.writeString(model.resolve(name), "{}");
      }
    }
    Files.write(
        folder.resolve("store/models/smol/versions/3/provenance.json"),
        StoredMessages.bytes(PROVENANCE));
    int unused =
        new Aliases(harness.store(), store(), "smol")
            .moveForwards(
                AliasChange.newBuilder().setAlias("best").setToVersion(3).build(),
                OptionalInt.empty());
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @Test
  void aVersionOfTheRegistryIsPinnedByItsNumber() {
    String content = ContentDigest.of(PROVENANCE.getFilesMap());
    InspectStudentResponse byAlias = inspect("registry:smol:best");

    assertThat(byAlias.getPinnedUri()).isEqualTo("registry:smol:v3");
    assertThat(byAlias.getContentSha256()).isEqualTo(content);
    assertThat(byAlias.getModelUri()).endsWith("/store/models/smol/versions/3");
    assertThat(inspect("registry:smol:v3")).isEqualTo(byAlias);
    assertThat(inspect("registry:smol@sha256:" + content)).isEqualTo(byAlias);
  }

  @Test
  void aFolderIsNotPinned() {
    InspectStudentResponse found = inspect(folder.resolve("elsewhere").toString());

    assertThat(found.getPinnedUri()).isEmpty();
    assertThat(found.getContentSha256()).isEmpty();
    assertThat(found.getModel().getSha256()).hasSize(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "registry:smol:v4 | models[1].model: registry:smol:v4: the registry has no such version",
        "registry:none:best | models[1].model: registry:none:best: the registry has no such version",
        "registry:../x:v1 | models[1].model: registry:../x:v1: the registry has no such version",
        "/nowhere | models[1].model: /nowhere (expected: a folder in Hugging Face layout",
      })
  void whatIsNotThereIsNamedByItsField(String model, String message) {
    ApplicationFailure failure = ActivityFailures.of(() -> inspect(model));

    assertThat(failure.getType()).isEqualTo("USER/MODEL_NOT_FOUND");
    assertThat(failure.getOriginalMessage()).startsWith(message);
  }

  private InspectStudentResponse inspect(String model) {
    return harness
        .activities()
        .inspectStudent(
            InspectStudentRequest.newBuilder()
                .setModelUri(model)
                .setStoreUri(store())
                .setField("models[1].model")
                .build());
  }

  private String store() {
    return folder.resolve("store").toUri().toString();
  }
}
