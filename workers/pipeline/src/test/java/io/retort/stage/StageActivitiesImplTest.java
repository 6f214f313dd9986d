package io.retort.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.layout.RunLayout;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.FindStageRequest;
import io.retort.v1.FindStageResponse;
import io.retort.v1.Manifest;
import io.retort.v1.PublishStageRequest;
import io.retort.v1.RunSummary;
import io.retort.v1.Sample;
import io.retort.v1.Stage;
import io.retort.v1.StageRecord;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.testing.TestActivityEnvironment;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StageActivitiesImplTest {
  private static final String FINGERPRINT = "ab".repeat(32);

  private final TestActivityEnvironment environment = TestActivityEnvironment.newInstance();
  private StageActivities activities;
  private Store store;
  private String root;

  @BeforeEach
  void open(@TempDir Path folder) {
    root = folder.toUri().toString().replaceFirst("/$", "");
    store = Store.open(root);
    environment.registerActivitiesImplementations(new StageActivitiesImpl(store));
    activities = environment.newActivityStub(StageActivities.class);
  }

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void whatWasNeverPublishedIsNotFound() {
    FindStageResponse found = find();

    assertThat(found.hasRecord()).isFalse();
    assertThat(found.getReason()).isEmpty();
  }

  @Test
  void aPublishedResultIsFoundWithoutItsObjects() throws IOException {
    publish(shards());

    StageRecord record = find().getRecord();

    assertThat(record.getRunId()).isEqualTo("run-a");
    assertThat(record.getSummary().getReportUri()).isEqualTo("x");
    assertThat(record.getObjectsList()).isEmpty();
    assertThat(read(RunLayout.stage(root, FINGERPRINT)))
        .as("every object, through manifests of manifests")
        .contains(
            root + "/all/manifest.json",
            root + "/all/shard-0/manifest.json",
            root + "/all/shard-0/part-00000.jsonl.zst",
            root + "/all/shard-1/part-00000.jsonl.zst");
  }

  @Test
  void aResultWithoutOneOfItsObjectsIsNone() throws IOException {
    publish(shards());
    Files.delete(path(root + "/all/shard-1/part-00000.jsonl.zst"));

    FindStageResponse found = find();

    assertThat(found.hasRecord()).isFalse();
    assertThat(found.getReason())
        .isEqualTo(
            "the result of run run-a is incomplete: "
                + root
                + "/all/shard-1/part-00000.jsonl.zst: missing");
  }

  @Test
  void aResultWhoseSmallObjectHasChangedIsNone() throws IOException {
    publish(shards());
    Path part = path(root + "/all/shard-0/part-00000.jsonl.zst");
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length - 1]++;
    Files.write(part, bytes);

    assertThat(find().getReason()).contains("shard-0/part-00000", "its bytes differ");
  }

  @Test
  void aLargeFileIsLookedAtByItsSize() throws IOException {
    byte[] weights = new byte[(int) StageObjects.LARGEST_HASHED + 1];
    publish(checkpoint(weights));
    assertThat(find().hasRecord()).isTrue();

    Files.write(path(root + "/final/model.safetensors"), new byte[7]);

    assertThat(find().getReason()).contains("model.safetensors: 7 bytes (expected: 1048577)");
  }

  @Test
  void aResultWhoseObjectIsMissingIsNotPublished() throws IOException {
    ArtifactRef complete = checkpoint(new byte[] {1});
    Files.delete(path(root + "/final/model.safetensors"));

    assertThatThrownBy(() -> publish(complete))
        .isInstanceOf(ActivityFailure.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getType()).isEqualTo("PLATFORM/CORRUPT_ARTIFACT"));
    assertThat(store.exists(RunLayout.stage(root, FINGERPRINT))).isFalse();
  }

  @Test
  void aManifestCannotNameWhatLiesElsewhere() throws IOException {
    String complete = root + "/final/COMPLETE.json";
    byte[] json = "{\"files\": {\"../../secret\": \"00\"}}".getBytes(StandardCharsets.UTF_8);
    store.write(complete, output -> output.write(json));

    assertThatThrownBy(() -> publish(ArtifactRef.newBuilder().setUri(complete).build()))
        .hasStackTraceContaining("expected: a name inside its folder");
  }

  @Test
  void aRecordThatCannotBeReadIsNone() throws IOException {
    store.write(
        RunLayout.stage(root, FINGERPRINT),
        output -> output.write("{\"schema_version\": ".getBytes(StandardCharsets.UTF_8)));

    assertThat(find().hasRecord()).isFalse();
    assertThat(find().getReason()).startsWith("unreadable");
  }

  /** A manifest whose parts are the manifests of two shards. */
  private ArtifactRef shards() throws IOException {
    Manifest.Builder all = Manifest.newBuilder();
    for (int shard = 0; shard < 2; shard++) {
      String uri = root + "/all/shard-" + shard;
      ArtifactRef part =
          Manifests.writePart(
              store, uri, 0, List.of(Sample.newBuilder().setId("s" + shard).build()));
      ArtifactRef manifest =
          Manifests.commit(store, uri, Manifest.newBuilder().addParts(part).build());
      all.addParts(manifest.toBuilder().setUri("shard-" + shard + "/manifest.json"));
    }
    return Manifests.commit(store, root + "/all", all.build());
  }

  private ArtifactRef checkpoint(byte[] weights) throws IOException {
    ArtifactRef model =
        store.write(root + "/final/model.safetensors", output -> output.write(weights));
    byte[] json =
        ("{\"files\": {\"model.safetensors\": \"" + model.getSha256() + "\"}}")
            .getBytes(StandardCharsets.UTF_8);
    String complete = root + "/final/COMPLETE.json";
    store.write(complete, output -> output.write(json));
    return ArtifactRef.newBuilder()
        .setUri(complete)
        .setSha256(Hashes.sha256Hex(store, complete))
        .build();
  }

  private void publish(ArtifactRef artifact) {
    activities.publishStage(
        PublishStageRequest.newBuilder()
            .setStoreUri(root)
            .setRecord(
                StageRecord.newBuilder()
                    .setSchemaVersion(1)
                    .setFingerprint(FINGERPRINT)
                    .setStage(Stage.STAGE_CURATE)
                    .setRunId("run-a")
                    .setSummary(RunSummary.newBuilder().setReportUri("x")))
            .addArtifacts(artifact)
            .build());
  }

  private FindStageResponse find() {
    return activities.findStage(
        FindStageRequest.newBuilder().setStoreUri(root).setFingerprint(FINGERPRINT).build());
  }

  private String read(String uri) throws IOException {
    return Files.readString(path(uri));
  }

  private static Path path(String uri) {
    return Path.of(URI.create(uri));
  }
}
