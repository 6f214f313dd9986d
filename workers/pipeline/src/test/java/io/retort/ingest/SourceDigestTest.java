package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.store.DataRoots;
import io.retort.student.StudentFolder;
import io.retort.v1.ArtifactRef;
import io.retort.v1.InspectStudentRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Digests of data and models, which stages use in their fingerprints. */
final class SourceDigestTest {
  private static final String ROW = "{\"question\": \"1 + 1?\", \"answer\": \"2\\n#### 2\"}";

  @Test
  void theSameFilesElsewhereAreTheSameData(@TempDir Path folder) throws IOException {
    try (IngestHarness harness = new IngestHarness(folder)) {
      harness.write("a/train.jsonl", ROW);
      harness.write("b/train.jsonl", ROW);
      harness.write("c/train.jsonl", ROW, ROW);
      harness.write("d/other.jsonl", ROW);

      String digest = harness.digest(harness.source("a"));

      assertThat(harness.digest(harness.source("b"))).isEqualTo(digest);
      assertThat(harness.digest(harness.source("c"))).as("another row").isNotEqualTo(digest);
      assertThat(harness.digest(harness.source("d")))
          .as("samples name their file")
          .isNotEqualTo(digest);
    }
  }

  @Test
  void aFileThatWasAddedToAFolderChangesIt(@TempDir Path folder) throws IOException {
    try (IngestHarness harness = new IngestHarness(folder)) {
      harness.write("data/1.jsonl", ROW);
      String before = harness.digest(harness.source("data"));
      harness.write("data/2.jsonl", ROW);

      assertThat(harness.digest(harness.source("data"))).isNotEqualTo(before);
    }
  }

  @Test
  void aCommitOfTheHubIsNotFetchedToTellItFromAnother(@TempDir Path folder) throws Exception {
    try (FakeHub hub = new FakeHub().with("test.jsonl", ROW);
        IngestHarness harness =
            new IngestHarness(folder, Map.of("HF_ENDPOINT", hub.endpoint()), store -> store)) {
      String digest = harness.digest(harness.source("hf://datasets/owner/name/test.jsonl"));

      assertThat(digest).hasSize(64);
      assertThat(hub.requests).noneMatch(request -> request.contains("/resolve/"));
    }
  }

  @Test
  void aStudentIsWhatItsFilesHold(@TempDir Path folder) throws IOException {
    try (IngestHarness harness = new IngestHarness(folder)) {
      ArtifactRef first = student(harness, folder.resolve("a"), "weights");
      assertThat(first.getUri()).endsWith("/a");
      assertThat(student(harness, folder.resolve("b"), "weights").getSha256())
          .isEqualTo(first.getSha256());
      assertThat(student(harness, folder.resolve("c"), "others").getSha256())
          .isNotEqualTo(first.getSha256());
      assertThat(StudentFolder.tokenizer(folder.resolve("c").toString(), DataRoots.all()))
          .as("the weights are no part of it")
          .isEqualTo(StudentFolder.tokenizer(folder.resolve("a").toString(), DataRoots.all()))
          .isPresent();
    }
  }

  private static ArtifactRef student(IngestHarness harness, Path folder, String weights)
      throws IOException {
    Files.createDirectories(folder);
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      Files.writeString(folder.resolve(name), "{}");
    }
    Files.writeString(folder.resolve("model.safetensors"), weights);
    return harness
        .activities()
        .inspectStudent(InspectStudentRequest.newBuilder().setModelUri(folder.toString()).build())
        .getModel();
  }
}
