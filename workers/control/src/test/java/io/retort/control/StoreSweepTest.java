package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CompareReportsRequest;
import io.retort.v1.DeleteRunRequest;
import io.retort.v1.DeleteRunResponse;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.StageProgress;
import io.retort.v1.StageRecord;
import io.retort.v1.StoreServiceGrpc;
import io.retort.v1.SweepStoreRequest;
import io.retort.v1.SweepStoreResponse;
import io.retort.v1.SweepTotals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreSweepTest {
  private static final Duration MONTH = Duration.ofDays(30);

  private ControlHarness control;
  private Store store;
  private String root;

  @BeforeEach
  void start(@TempDir Path folder) {
    control = new ControlHarness(folder);
    root = control.storeUri;
    store = Store.open(root);
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void whatAKeptRunTookOverStaysWithTheRunThatMadeIt() throws IOException {
    write("runs/old/curation/manifest.json");
    write("runs/old/checkpoints/sft/final/COMPLETE.json");
    write("runs/old/checkpoints/cogpo/final/COMPLETE.json");
    write("runs/old/report/index.html");
    write("runs/old/spec.json");
    write("datasets/used/manifest.json");
    write("datasets/unused/manifest.json");
    write("models/m/versions/1/model.safetensors");
    write("cache/answers");
    run("old", 40, "curate-1", "sft-1", "cogpo-1");
    run("new", 1, "curate-1", "sft-1");
    record("curate-1", "old", "runs/old/curation/manifest.json", "datasets/used/manifest.json");
    record("sft-1", "old", "runs/old/checkpoints/sft/final/COMPLETE.json");
    record("cogpo-1", "old", "runs/old/checkpoints/cogpo/final/COMPLETE.json");

    List<String> listed = sweep(MONTH, false);
    assertThat(listed)
        .containsExactlyInAnyOrder(
            root + "/stages/cogpo-1.json",
            root + "/runs/old/checkpoints/cogpo",
            root + "/datasets/unused");
    assertThat(listed).as("nothing is deleted yet").allMatch(this::exists);

    assertThat(sweep(MONTH, true)).containsExactlyInAnyOrderElementsOf(listed);

    assertThat(listed).noneMatch(this::exists);
    assertThat(
            List.of(
                "runs/old/curation/manifest.json",
                "runs/old/checkpoints/sft/final/COMPLETE.json",
                "runs/old/run.json",
                "runs/old/spec.json",
                "runs/old/report/index.html",
                "datasets/used/manifest.json",
                "models/m/versions/1/model.safetensors",
                "cache/answers",
                "stages/curate-1.json"))
        .allMatch(path -> exists(root + "/" + path));
    assertThat(sweep(MONTH, false)).isEmpty();
  }

  @Test
  void aFolderIsNotKeptByOneWhoseNameBeginsAlike() throws IOException {
    write("runs/old/pairs/manifest.json");
    write("runs/old/pairs-2/manifest.json");
    run("old", 40);
    run("new", 1, "pair-1");
    record("pair-1", "old", "runs/old/pairs-2/manifest.json");

    assertThat(sweep(MONTH, false)).containsExactly(root + "/runs/old/pairs");
  }

  @Test
  void completionsAreKeptWithTheRunsThatWereGradedFromThem() throws IOException {
    for (String set : List.of("failed", "reused", "old")) {
      write("completions/" + set + "/set.json");
      write("completions/" + set + "/part-0.jsonl.zst");
    }
    completions("failed", "runs/new/evaluation/base/math");
    completions("old", "runs/old/evaluation/base/math");
    run("old", 40);
    run("new", 1, "evaluate-1");
    record("evaluate-1", "old", "completions/reused/set.json");

    List<String> unneeded = List.of(root + "/runs/old/evaluation/base", root + "/completions/old");
    assertThat(sweep(MONTH, true)).containsExactlyInAnyOrderElementsOf(unneeded);

    assertThat(unneeded).noneMatch(this::exists);
    assertThat(exists(root + "/completions/failed/set.json")).isTrue();
    assertThat(exists(root + "/completions/reused/part-0.jsonl.zst")).isTrue();
  }

  @Test
  void aComparisonIsKeptWithAllOfItsRuns() throws IOException {
    run("new", 1);
    run("newer", 1);
    run("old", 40);
    comparison("kept", "new", "newer");
    comparison("half", "new", "old");
    write("comparisons/unknown/index.html");
    write("comparisons/file");

    assertThat(sweep(MONTH, true))
        .containsExactlyInAnyOrder(
            root + "/comparisons/half", root + "/comparisons/unknown", root + "/comparisons/file");
    assertThat(exists(root + "/comparisons/kept/index.html")).isTrue();
  }

  @Test
  void whatADeletedRunMadeIsLeftToTheSweepUnlessAnotherRunNeedsIt() throws IOException {
    write("runs/gone/curation/manifest.json");
    write("runs/gone/checkpoints/sft/final/COMPLETE.json");
    write("runs/gone/report/index.html");
    write("runs/gone/logs/events.log");
    run("gone", 1, "curate-1", "sft-1");
    run("new", 1, "curate-1");
    record("curate-1", "gone", "runs/gone/curation/manifest.json");
    record("sft-1", "gone", "runs/gone/checkpoints/sft/final/COMPLETE.json");
    assertThat(sweep(MONTH, false)).isEmpty();

    DeleteRunResponse deleted =
        control.api.deleteRun(DeleteRunRequest.newBuilder().setRunId("gone").build());

    assertThat(deleted.getDeletedBy()).isEqualTo("local");
    assertThat(sweep(MONTH, true))
        .containsExactlyInAnyOrder(
            root + "/stages/sft-1.json",
            root + "/runs/gone/checkpoints/sft",
            root + "/runs/gone/report",
            root + "/runs/gone/logs");
    assertThat(exists(root + "/runs/gone/run.json")).isTrue();
    assertThat(exists(root + "/runs/gone/curation/manifest.json")).isTrue();
  }

  @Test
  void nothingIsDeletedWhileARunIsLive() throws IOException {
    Run live = control.create("waits");
    control.watchUntil(live.getRunId(), run -> run.getPhase() == RunPhase.RUN_PHASE_RUNNING);
    store.write(
        root + "/runs/" + live.getRunId() + "/run.json",
        output ->
            output.write(
                ProtoJson.print(
                        Run.newBuilder()
                            .setRunId(live.getRunId())
                            .setPhase(RunPhase.RUN_PHASE_RUNNING))
                    .getBytes(StandardCharsets.UTF_8)));
    write("datasets/unused/manifest.json");

    assertThatThrownBy(() -> sweep(MONTH, true))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("FAILED_PRECONDITION: live runs: " + live.getRunId());
    assertThat(exists(root + "/datasets/unused")).isTrue();
    assertThat(totals(MONTH, false).getLiveRunsList()).containsExactly(live.getRunId());
  }

  @Test
  void anAgeHasToBeGiven() {
    assertThatThrownBy(
            () ->
                control
                    .client(StoreServiceGrpc.StoreServiceBlockingStub.class)
                    .sweepStore(SweepStoreRequest.getDefaultInstance())
                    .hasNext())
        .hasMessageContaining("INVALID_ARGUMENT")
        .hasMessageContaining("older_than");
  }

  private List<String> sweep(Duration olderThan, boolean delete) {
    List<String> uris = new ArrayList<>();
    ask(olderThan, delete)
        .forEachRemaining(
            response -> {
              if (response.hasItem()) {
                uris.add(response.getItem().getUri());
              }
            });
    return uris;
  }

  private SweepTotals totals(Duration olderThan, boolean delete) {
    SweepTotals totals = SweepTotals.getDefaultInstance();
    for (Iterator<SweepStoreResponse> responses = ask(olderThan, delete); responses.hasNext(); ) {
      totals = responses.next().getTotals();
    }
    return totals;
  }

  private Iterator<SweepStoreResponse> ask(Duration olderThan, boolean delete) {
    return control
        .client(StoreServiceGrpc.StoreServiceBlockingStub.class)
        .sweepStore(
            SweepStoreRequest.newBuilder()
                .setOlderThan(
                    com.google.protobuf.Duration.newBuilder().setSeconds(olderThan.toSeconds()))
                .setDelete(delete)
                .build());
  }

  private void run(String runId, int daysAgo, String... fingerprints) throws IOException {
    Run.Builder run =
        Run.newBuilder()
            .setRunId(runId)
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .setFinishedAt(daysAgo(daysAgo));
    for (String fingerprint : fingerprints) {
      run.addStages(StageProgress.newBuilder().setFingerprint(fingerprint));
    }
    byte[] json = ProtoJson.print(run).getBytes(StandardCharsets.UTF_8);
    store.write(root + "/runs/" + runId + "/run.json", output -> output.write(json));
  }

  private void record(String fingerprint, String runId, String... objects) throws IOException {
    StageRecord.Builder record =
        StageRecord.newBuilder()
            .setFingerprint(fingerprint)
            .setRunId(runId)
            .setPublishedAt(daysAgo(40));
    for (String object : objects) {
      record.addObjects(ArtifactRef.newBuilder().setUri(root + "/" + object));
    }
    byte[] json = ProtoJson.print(record).getBytes(StandardCharsets.UTF_8);
    store.write(root + "/stages/" + fingerprint + ".json", output -> output.write(json));
  }

  private void comparison(String name, String... runs) throws IOException {
    write("comparisons/" + name + "/index.html");
    byte[] compared =
        StoredMessages.bytes(
            CompareReportsRequest.newBuilder().addAllRunIds(List.of(runs)).build());
    store.write(root + "/comparisons/" + name + "/runs.json", output -> output.write(compared));
  }

  private void completions(String set, String folder) throws IOException {
    String json = "{\"completions_uri\":\"" + root + "/completions/" + set + "\"}";
    store.write(
        root + "/" + folder + "/completions.json",
        output -> output.write(json.getBytes(StandardCharsets.UTF_8)));
  }

  private void write(String path) throws IOException {
    store.write(root + "/" + path, output -> output.write(1));
  }

  private boolean exists(String uri) {
    try {
      return store.exists(uri);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static com.google.protobuf.Timestamp daysAgo(int days) {
    return Timestamps.fromMillis(System.currentTimeMillis() - Duration.ofDays(days).toMillis());
  }
}
