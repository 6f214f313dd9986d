package io.retort.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.pipeline.ActivityFailures;
import io.retort.v1.Sample;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data in a bucket. */
final class StoreFilesTest {
  private IngestHarness harness;

  @BeforeEach
  void start(@TempDir Path temporary) throws IOException {
    harness =
        new IngestHarness(
            temporary,
            Map.of("HF_ENDPOINT", "http://localhost:1"),
            store -> store,
            uri -> new FolderOfBuckets(temporary.resolve("buckets")));
    harness.write("buckets/b/set/x.jsonl", row(1));
    harness.write("buckets/b/set/deep/er/x.jsonl", row(2));
    harness.write("buckets/b/set/deep/y.json", "[" + row(3) + "]");
    harness.write("buckets/b/set/deep/notes.txt", row(4));
    harness.write("buckets/b/set/dataset_infos.json", row(5));
    harness.write("buckets/b/other.jsonl", row(6));
    harness.write("buckets/b/odd/[1].jsonl", row(7));
  }

  @AfterEach
  void stop() {
    harness.close();
  }

  @ParameterizedTest
  @CsvSource({
    "s3://b/set/x.jsonl, x.jsonl:1",
    "s3://b/set/deep/notes.txt, notes.txt:1",
    "s3://b/odd/[1].jsonl, [1].jsonl:1",
    "s3://b/set/*.jsonl, x.jsonl:1",
    "s3://b/*.jsonl, other.jsonl:1",
    "s3://b/set/**/x.jsonl, deep/er/x.jsonl:1 x.jsonl:1",
    "s3://b/s?t/deep/*, set/deep/notes.txt:1 set/deep/y.json:1",
    "s3://b/set/deep, er/x.jsonl:1 y.json:1",
    "s3://b/set/, deep/er/x.jsonl:1 deep/y.json:1 x.jsonl:1"
  })
  void whatAPlaceNames(String place, String found) throws IOException {
    assertThat(harness.samples(harness.ingest(harness.source(place))))
        .extracting(Sample::getSource)
        .containsExactly(found.split(" "));
  }

  @Test
  void aBucketAsAWhole() {
    assertThat(harness.ingest(harness.source("s3://b")).getRows()).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s3://b/absent.jsonl",
        "s3://b/set/*.parquet",
        "s3://b/set/deep/[",
        "s3://*/x.jsonl",
        "s3://b*/x.jsonl",
        "s3://absent/x.jsonl"
      })
  void whatIsNotThereIsTheUsersToMend(String place) {
    ApplicationFailure failure = ActivityFailures.of(() -> harness.ingest(harness.source(place)));

    assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND");
    assertThat(failure.isNonRetryable()).isTrue();
  }

  @Test
  void theSameFilesOnDiskAreTheSameData() {
    assertThat(harness.digest(harness.source("s3://b/set/deep")))
        .isNotEqualTo(harness.digest(harness.source("s3://b/set")));
    assertThat(harness.digest(harness.source("s3://b/set/*.jsonl")))
        .isEqualTo(harness.digest(harness.source("buckets/b/set/*.jsonl")));
    assertThat(harness.ingest(harness.source("s3://b/set/*.jsonl")))
        .isEqualTo(harness.ingest(harness.source("buckets/b/set/*.jsonl")));
  }

  @Test
  void nothingFetchedIsLeft() throws IOException {
    DataFile file =
        new StoreFiles(new FolderOfBuckets(harness.file("buckets")), () -> {})
            .of("s3://b/set/x.jsonl")
            .get(0);
    DataFile.Copy copy = file.open();

    assertThat(copy.path()).hasContent(row(1));
    copy.close();
    assertThat(copy.path()).doesNotExist();

    Files.delete(harness.file("buckets/b/set/x.jsonl"));
    assertThat(ActivityFailures.of(file::open).getType()).isEqualTo("USER/DATA_NOT_FOUND");
  }

  private static String row(int number) {
    return "{\"problem\": \"What is %d-1?\", \"answer\": %d}".formatted(number, number - 1);
  }
}
