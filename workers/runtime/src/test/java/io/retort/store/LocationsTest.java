package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocationsTest {
  @ParameterizedTest
  @CsvSource({
    "/data/my prompts, file:///data/my%20prompts",
    "/data/../prompts/, file:///prompts",
    "file:///prompts/, file:///prompts",
    "file:/prompts, file:///prompts",
    "s3://bucket/my prompts/, s3://bucket/my prompts",
    "s3://bucket, s3://bucket"
  })
  void placesOfAStoreHaveAUri(String location, String uri) {
    assertThat(Locations.isServed(location)).isTrue();
    assertThat(Locations.uri(location)).contains(uri);
  }

  @ParameterizedTest
  @ValueSource(strings = {"prompts", "gs://bucket/key", "hf://datasets/a/b", ""})
  void otherPlacesHaveNone(String location) {
    assertThat(Locations.isServed(location)).isFalse();
    assertThat(Locations.uri(location)).isEmpty();
    assertThat(Locations.path(location)).isEmpty();
  }

  @Test
  void aFolderHasOneUriWhetherItIsThereOrNot(@TempDir Path folder) {
    assertThat(Locations.uri(folder.toString())).contains("file://" + folder);
    assertThat(Locations.uri(folder + "/absent")).contains("file://" + folder + "/absent");
  }

  @Test
  void onlyPlacesOnAFileSystemHaveAPath() {
    assertThat(Locations.path("/data/a")).contains(Path.of("/data/a"));
    assertThat(Locations.path("file:///data/a%20b")).contains(Path.of("/data/a b"));
    assertThat(Locations.path("file://host/data")).isEmpty();
    assertThat(Locations.path("s3://bucket/data")).isEqualTo(Optional.empty());
  }

  @Test
  void globsAreReadAsTheyAreWritten() {
    assertThat(Locations.written("file:///data/[ab]*.jsonl")).isEqualTo("/data/[ab]*.jsonl");
    assertThat(Locations.written("file:/data/*")).isEqualTo("/data/*");
    assertThat(Locations.written("/data/*")).isEqualTo("/data/*");
  }
}
