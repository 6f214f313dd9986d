package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.store.DataRoots;
import io.retort.v1.DataSource;
import io.retort.v1.FilterSpec;
import io.retort.v1.InspectStudentRequest;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers read locations of a spec only below their roots. */
final class DataRootsOfSourcesTest {
  private static final String ROW = "{\"problem\": \"What is 1?\", \"answer\": 1}";

  private Path folder;
  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    folder = temporary.toRealPath();
    harness =
        new IngestHarness(
            folder,
            Map.of(
                "HF_ENDPOINT",
                "http://localhost:1",
                DataRoots.VARIABLE,
                folder.resolve("data") + ",s3://team/data"),
            store -> store,
            uri -> new FolderOfBuckets(folder.resolve("buckets")));
    harness.write("data/set/a.jsonl", ROW);
    harness.write("keys/id.jsonl", ROW);
    harness.write("buckets/team/data/a.jsonl", ROW);
    harness.write("buckets/team/keys/a.jsonl", ROW);
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "data/set/a.jsonl", "data/**/*.jsonl", "s3://team/data/*.jsonl"})
  void placesWithinTheRoots(String place) {
    assertThat(harness.ingest(harness.source(place)).getRows()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "keys",
        "keys/id.jsonl",
        "keys/*.jsonl",
        "*/id.jsonl",
        "data/../keys/*.jsonl",
        "keys/{id,x}.jsonl",
        "keys/none.jsonl",
        "s3://team/keys/a.jsonl",
        "s3://team/*/a.jsonl",
        "s3://team"
      })
  void otherPlaces(String place) {
    DataSource source = harness.source(place);

    assertForbidden(ActivityFailures.of(() -> harness.ingest(source)));
    assertForbidden(ActivityFailures.of(() -> harness.digest(source)));
    assertForbidden(
        ActivityFailures.of(
            () ->
                harness.ingest(
                    harness.source("data"),
                    FilterSpec.newBuilder().setDecontaminationWords(13).build(),
                    IngestHarness.benchmark("b", source))));
  }

  @Test
  void aGlobThatIsNoUri() {
    DataSource source =
        DataSource.newBuilder().setPath("file://" + folder + "/keys/{id,x}.jsonl").build();

    assertForbidden(ActivityFailures.of(() -> harness.ingest(source)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"data", "data/**/*.jsonl", "data/out/id.jsonl", "data/link.jsonl"})
  void linksThatLeadOut(String place) throws IOException {
    Files.createSymbolicLink(folder.resolve("data/out"), folder.resolve("keys"));
    Files.createSymbolicLink(folder.resolve("data/link.jsonl"), folder.resolve("keys/id.jsonl"));

    assertForbidden(ActivityFailures.of(() -> harness.ingest(harness.source(place))));
  }

  @Test
  void aFileIsCheckedAgainWhenItIsOpened() throws IOException {
    DataRoots roots = DataRootsOfSourcesTest.roots(folder);
    List<DataFile> files = new LocalFiles(roots).of(folder.resolve("data").toString());
    Files.delete(folder.resolve("data/set/a.jsonl"));
    Files.createSymbolicLink(folder.resolve("data/set/a.jsonl"), folder.resolve("keys/id.jsonl"));

    assertForbidden(ActivityFailures.of(() -> open(files.get(0))));
  }

  @Test
  void aStudentWithAFileThatLeadsOut() throws IOException {
    for (String name : List.of("config.json", "tokenizer_config.json", "model.safetensors")) {
      harness.write("data/student/" + name, "{}");
    }
    Files.createSymbolicLink(
        folder.resolve("data/student/tokenizer.json"), folder.resolve("keys/id.jsonl"));

    assertForbidden(ActivityFailures.of(() -> inspect("data/student")));
    assertForbidden(ActivityFailures.of(() -> inspect("keys")));
  }

  private void inspect(String name) {
    harness
        .activities()
        .inspectStudent(
            InspectStudentRequest.newBuilder()
                .setModelUri(folder.resolve(name).toString())
                .build());
  }

  private static void open(DataFile file) {
    try (DataFile.Copy copy = file.open()) {
      assertThat(copy.path()).exists();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static DataRoots roots(Path folder) {
    return DataRoots.of(
        new io.retort.worker.Environment(
            Map.of(
                "RETORT_STORE",
                folder.resolve("store").toUri().toString(),
                DataRoots.VARIABLE,
                folder.resolve("data").toString())));
  }

  private static void assertForbidden(ApplicationFailure failure) {
    assertThat(failure.getType()).isEqualTo("USER/LOCATION_FORBIDDEN");
    assertThat(failure.getOriginalMessage()).contains(DataRoots.VARIABLE);
  }
}
