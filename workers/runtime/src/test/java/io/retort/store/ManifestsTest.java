package io.retort.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.v1.ArtifactRef;
import io.retort.v1.Manifest;
import io.retort.v1.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestsTest {
  private static final List<Sample> FIRST = List.of(sample("1"), sample("2"));
  private static final List<Sample> SECOND = List.of(sample("3"));

  private Store store;
  private String folder;

  @BeforeEach
  void openStore(@TempDir Path temporary) {
    store = Store.open(temporary.toUri().toString());
    folder = Store.resolve(temporary.toUri().toString(), "data");
  }

  @Test
  void namesPartsSoThatTheirOrderIsThatOfTheirNames() {
    assertThat(Manifests.partName(7)).isEqualTo("part-00007.jsonl.zst");
  }

  @Test
  void readsBackWhatItCommitted() throws IOException {
    ArtifactRef manifest = commit();

    Manifest read = Manifests.read(store, manifest);

    assertThat(manifest.getUri()).isEqualTo(Store.resolve(folder, "manifest.json"));
    assertThat(manifest.getRows()).isEqualTo(3);
    assertThat(read.getRows()).isEqualTo(3);
    assertThat(read.getSchemaVersion()).isEqualTo(1);
    assertThat(read.getPartsList())
        .extracting(ArtifactRef::getUri)
        .containsExactly("part-00000.jsonl.zst", "part-00001.jsonl.zst");
    assertThat(Manifests.<Sample>readPart(store, manifest, read.getParts(1), Sample::newBuilder))
        .isEqualTo(SECOND);
    assertThat(rows(manifest)).containsExactly(sample("1"), sample("2"), sample("3"));
    assertThat(Manifests.find(store, folder)).contains(read);
  }

  @Test
  void findsNothingWhileAFolderIsNotCommitted() throws IOException {
    Manifests.writePart(store, folder, 0, FIRST);

    assertThat(Manifests.find(store, folder)).isEmpty();
  }

  @Test
  void commitsTheSameBytesForTheSameRows() throws IOException {
    assertThat(commit()).isEqualTo(commit());
  }

  @Test
  void refusesAManifestWithOtherBytesThanTheReference() throws IOException {
    ArtifactRef manifest = commit();
    Manifests.commit(store, folder, Manifest.newBuilder().addParts(partOf(manifest, 0)).build());

    assertThatThrownBy(() -> Manifests.read(store, manifest))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining(manifest.getUri())
        .hasMessageContaining("(expected: " + manifest.getSha256() + ")");
  }

  @Test
  void refusesAPartWithOtherBytesThanTheManifest() throws IOException {
    ArtifactRef manifest = commit();
    ArtifactRef part = partOf(manifest, 1);
    Manifests.writePart(store, folder, 1, List.of(sample("changed")));

    assertThatThrownBy(() -> Manifests.readPart(store, manifest, part, Sample::newBuilder))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("part-00001.jsonl.zst")
        .hasMessageContaining("(expected: " + part.getSha256() + ")");
    assertThatThrownBy(() -> rows(manifest))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageContaining("part-00001.jsonl.zst");
  }

  @Test
  void refusesAPartWithOtherRowsThanTheManifestSays() throws IOException {
    ArtifactRef part = Manifests.writePart(store, folder, 0, FIRST).toBuilder().setRows(5).build();
    ArtifactRef manifest =
        Manifests.commit(store, folder, Manifest.newBuilder().addParts(part).build());

    assertThatThrownBy(() -> rows(manifest))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageEndingWith("part-00000.jsonl.zst: 2 rows (expected: 5)");
  }

  @Test
  void tellsAMissingPart() throws IOException {
    ArtifactRef manifest = commit();
    store.delete(Store.resolve(folder, "part-00000.jsonl.zst"));

    assertThatThrownBy(() -> rows(manifest)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void refusesAManifestThatIsNoJsonOrOfAnotherVersion() throws IOException {
    String uri = Store.resolve(folder, "manifest.json");
    store.write(uri, output -> output.write("{\"rows\":".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> Manifests.find(store, folder))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessageStartingWith(uri);

    store.write(
        uri, output -> output.write("{\"schema_version\":2}".getBytes(StandardCharsets.UTF_8)));
    assertThatThrownBy(() -> Manifests.find(store, folder))
        .isInstanceOf(CorruptArtifactException.class)
        .hasMessage(uri + ": schema_version: 2 (expected: 1)");
  }

  private ArtifactRef commit() throws IOException {
    return Manifests.commit(
        store,
        folder,
        Manifest.newBuilder()
            .addParts(Manifests.writePart(store, folder, 0, FIRST))
            .addParts(Manifests.writePart(store, folder, 1, SECOND))
            .build());
  }

  private ArtifactRef partOf(ArtifactRef manifest, int index) throws IOException {
    return Manifests.read(store, manifest).getParts(index);
  }

  private List<Sample> rows(ArtifactRef manifest) throws IOException {
    List<Sample> rows = new ArrayList<>();
    Manifests.<Sample>forEachRow(store, manifest, Sample::newBuilder, rows::add);
    return rows;
  }

  private static Sample sample(String id) {
    return Sample.newBuilder().setId(id).setProblem("problem " + id).build();
  }
}
