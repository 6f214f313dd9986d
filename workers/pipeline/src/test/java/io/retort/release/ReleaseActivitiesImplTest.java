package io.retort.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.util.Timestamps;
import io.retort.failure.Failures;
import io.retort.layout.RunLayout;
import io.retort.registry.Aliases;
import io.retort.registry.ContentDigest;
import io.retort.registry.ModelVersions;
import io.retort.release.report.SampleRuns;
import io.retort.store.Hashes;
import io.retort.store.Manifests;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.ArtifactRef;
import io.retort.v1.CurationOutcome;
import io.retort.v1.CurationRecord;
import io.retort.v1.CurationRound;
import io.retort.v1.ExportResult;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.Gap;
import io.retort.v1.GeneratedSample;
import io.retort.v1.IngestSummary;
import io.retort.v1.Manifest;
import io.retort.v1.MoveAliasRequest;
import io.retort.v1.PairingSummary;
import io.retort.v1.PreferencePair;
import io.retort.v1.PublishRequest;
import io.retort.v1.PublishResponse;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.ReleaseSpec;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.ReserveVersionRequest;
import io.retort.v1.ReserveVersionResponse;
import io.retort.v1.Run;
import io.retort.v1.RunContext;
import io.retort.v1.RunSpec;
import io.retort.v1.Sample;
import io.retort.v1.SampleOutcome;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageRecord;
import io.retort.v1.StageReuse;
import io.retort.v1.Verdict;
import io.retort.v1.VersionTombstone;
import io.retort.v1.WriteReportRequest;
import io.retort.v1.WriteReportResponse;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReleaseActivitiesImplTest {
  private static final RunSpec SPEC =
      RunSpec.newBuilder()
          .setSeed(3)
          .setRelease(ReleaseSpec.newBuilder().setModel("smol").setAlias("latest"))
          .build();

  private String root;
  private Store store;
  private final AtomicInteger heartbeats = new AtomicInteger();
  private ReleaseActivities activities;

  @BeforeEach
  void open(@TempDir Path folder) {
    root = folder.toUri().toString();
    store = Store.open(root);
    activities = new ReleaseActivitiesImpl(store, heartbeats::incrementAndGet);
  }

  @Test
  void givesNumbersInOrderAndTheSameRunTheSameNumber() {
    assertThat(reserve("run-a"))
        .isEqualTo(
            ReserveVersionResponse.newBuilder()
                .setVersion(1)
                .setModelUri(Store.resolve(root, "models/smol/versions/1"))
                .build());
    assertThat(reserve("run-b").getVersion()).isEqualTo(2);
    assertThat(reserve("run-a").getVersion()).isEqualTo(1);
    assertThat(reserve("run-c").getVersion()).isEqualTo(3);
    assertThat(reserve("run-b").getVersion()).isEqualTo(2);
  }

  @Test
  void leavesTheFolderEmptyButForItsReservation() throws IOException {
    reserve("run-a");

    assertThat(store.list(Store.resolve(root, "models/smol/versions/1")))
        .containsExactly("reservation.json");
  }

  @Test
  void givesNoNumberAgainWhoseFilesAreGone() throws IOException {
    reserve("run-a");
    reserve("run-b");
    reserve("run-c");
    store.delete(Store.resolve(root, "models/smol/versions/2"));

    assertThat(reserve("run-d").getVersion()).isEqualTo(4);
  }

  @Test
  void givesRacingRunsDifferentNumbersAndAttemptsOfOneRunTheSame() throws Exception {
    int runs = 6;
    int attempts = 3;
    CyclicBarrier start = new CyclicBarrier(runs * attempts);

    List<Integer> versions =
        inParallel(
            runs * attempts,
            caller -> {
              start.await();
              return reserve("run-" + caller % runs).getVersion();
            });

    assertThat(versions.subList(0, runs)).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
    assertThat(versions.subList(runs, 2 * runs)).isEqualTo(versions.subList(0, runs));
    assertThat(versions.subList(2 * runs, 3 * runs)).isEqualTo(versions.subList(0, runs));
  }

  @Test
  void publishesWithProvenanceAndMovesTheAlias() throws IOException {
    ReleaseSummary release = publish("run-a", export("run-a"));

    assertThat(heartbeats).hasPositiveValue();

    assertThat(release)
        .isEqualTo(
            ReleaseSummary.newBuilder()
                .setModel("smol")
                .setVersion(1)
                .setAlias("latest")
                .setModelUri(Store.resolve(root, "models/smol/versions/1"))
                .build());
    assertThat(aliases()).containsOnly(entry("latest", 1));
    ReleaseProvenance provenance =
        (ReleaseProvenance)
            ProtoJson.parse(
                read("models/smol/versions/1/provenance.json"),
                ReleaseProvenance.newBuilder(),
                "provenance.json");
    assertThat(provenance.getRunId()).isEqualTo("run-a");
    assertThat(provenance.getOriginRunId()).isEqualTo("origin");
    assertThat(provenance.getSpec()).isEqualTo(SPEC);
    assertThat(provenance.getDataset())
        .isEqualTo(SampleRuns.finished().getSummary().getIngest().getDataset());
    assertThat(provenance.getSftCheckpointUri()).endsWith("checkpoints/step-42");
    assertThat(provenance.getScoresList())
        .isEqualTo(SampleRuns.finished().getSummary().getScoresList());
    assertThat(provenance.getComparisonsList())
        .isEqualTo(SampleRuns.finished().getSummary().getComparisonsList());
    assertThat(provenance.getFilesMap())
        .containsOnlyKeys("README.md", "config.json", "model.safetensors");
  }

  @Test
  void tellsWhatTheModelWasMadeFromAndWith() throws IOException {
    StageRecord record =
        StageRecord.newBuilder().setVersion(4).putInputs("judge", "of models and prompts").build();
    byte[] json = ProtoJson.print(record).getBytes(StandardCharsets.UTF_8);
    store.write(RunLayout.stage(root, "f1"), output -> output.write(json));
    PublishRequest.Builder request = publishRequest("run-a", 1, export("run-a")).toBuilder();
    request
        .setStudent(
            ArtifactRef.newBuilder().setUri(root + "/students/acme/tiny/c0ffee").setSha256("ab"))
        .getExportBuilder()
        .putLibraries("torch", "2")
        .setHardware("x86_64")
        .setDtype("bfloat16")
        .setDtypeShift(0.002);
    request
        .getRunBuilder()
        .addStages(
            StageProgress.newBuilder()
                .setStage(Stage.STAGE_CURATE)
                .setFingerprint("f1")
                .setReuse(StageReuse.STAGE_REUSE_HIT)
                .setMadeByRunId("run-0")
                .setFinishedAt(Timestamps.fromSeconds(5)))
        .addStages(StageProgress.newBuilder().setStage(Stage.STAGE_RELEASE).setFingerprint("f2"))
        .getSpecBuilder()
        .getStudentBuilder()
        .setModel("hf://acme/tiny@main");

    activities.publish(request.build());

    ReleaseProvenance provenance =
        new ModelVersions(store, root, "smol").provenance(1).orElseThrow();
    assertThat(provenance.getStudent().getSha256()).isEqualTo("ab");
    assertThat(provenance.getStudentCommit()).isEqualTo("c0ffee");
    assertThat(provenance.getStagesList()).hasSize(1);
    assertThat(provenance.getStages(0).getMadeByRunId()).isEqualTo("run-0");
    assertThat(provenance.getStages(0).getVersion()).isEqualTo(4);
    assertThat(provenance.getStages(0).getInputsMap())
        .containsOnly(entry("judge", "of models and prompts"));
    assertThat(provenance.getLibrariesMap()).containsOnly(entry("torch", "2"));
    assertThat(provenance.getHardware()).isEqualTo("x86_64");
    assertThat(provenance.getDtype()).isEqualTo("bfloat16");
    assertThat(provenance.getDtypeShift()).isEqualTo(0.002);
    assertThat(provenance.getCodeVersion()).matches("[0-9]+\\..+");
    assertThat(provenance.getReleased()).isEqualTo("stage-2");
  }

  @Test
  void whatDescribesAModelDoesNotMakeItAnother() {
    Map<String, String> files = Map.of("config.json", "1", "model.safetensors", "2");
    Map<String, String> described = new HashMap<>(files);
    described.putAll(
        Map.of("README.md", "3", "results.json", "4", ".eval_results/math500.yaml", "5"));
    described.putAll(Map.of("bom.cdx.json", "6", "provenance.intoto.json", "7", "model.sig", "8"));

    assertThat(ContentDigest.of(described)).isEqualTo(ContentDigest.of(files));
    described.put("generation_config.json", "6");
    assertThat(ContentDigest.of(described)).isNotEqualTo(ContentDigest.of(files));
  }

  @Test
  void changesNothingWhenPublishedAgain() throws IOException {
    ExportResult export = export("run-a");
    ReleaseSummary first = publish("run-a", export);
    String provenance = read("models/smol/versions/1/provenance.json");
    String aliases = read("models/smol/aliases.json");

    assertThat(publish("run-a", export)).isEqualTo(first);
    assertThat(read("models/smol/versions/1/provenance.json")).isEqualTo(provenance);
    assertThat(read("models/smol/aliases.json")).isEqualTo(aliases);
  }

  @Test
  void keepsOtherAliasesAndDoesNotMoveAnAliasBack() throws IOException {
    byte[] aliases = "{\"production\": 1}".getBytes(StandardCharsets.UTF_8);
    store.write(Store.resolve(root, "models/smol/aliases.json"), out -> out.write(aliases));
    ExportResult first = export("run-a");
    ExportResult second = export("run-b");
    publish("run-b", second);

    publish("run-a", first);

    assertThat(aliases()).containsOnly(entry("latest", 2), entry("production", 1));
  }

  @Test
  void endsAtTheHighestVersionWhenRunsPublishAtOnce() throws Exception {
    int runs = 8;
    List<ExportResult> exports = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      exports.add(export("run-" + run));
    }
    CyclicBarrier start = new CyclicBarrier(runs);

    inParallel(
        runs,
        run -> {
          start.await();
          return publish("run-" + run, exports.get(run));
        });

    assertThat(aliases()).containsOnly(entry("latest", 8));
  }

  @Test
  void refusesAnExportThatIsNotWhole() throws IOException {
    ExportResult export = export("run-a");
    String uri = export.getModelUri();

    assertThat(publishFailure(export.toBuilder().putFiles("tokenizer.json", "00").build()))
        .isEqualTo(incomplete(uri + ": file tokenizer.json: missing (expected: sha256 00)"));
    assertThat(publishFailure(export.toBuilder().clearFiles().build()))
        .isEqualTo(incomplete(uri + ": files: none (expected: the files of a model)"));
    assertThat(publishFailure(export.toBuilder().putFiles("../2/config.json", "00").build()))
        .isEqualTo(
            incomplete(uri + ": file ../2/config.json (expected: a name inside the version)"));

    store.write(Store.resolve(uri, "config.json"), output -> output.write('x'));
    assertThat(publishFailure(export).getMessage())
        .startsWith(uri + ": file config.json: sha256 2d711642")
        .endsWith("(expected: " + export.getFilesOrThrow("config.json") + ")");
    assertThat(store.exists(Store.resolve(root, "models/smol/aliases.json"))).isFalse();
    assertThat(store.exists(Store.resolve(uri, "provenance.json"))).isFalse();
  }

  @Test
  void refusesAVersionOfAnotherRun() throws IOException {
    ExportResult export = export("run-a");

    assertThatThrownBy(() -> activities.publish(publishRequest("run-b", 1, export)))
        .extracting(Failures::fromThrowable)
        .isEqualTo(
            Failures.of(
                FailureCategory.FAILURE_CATEGORY_PLATFORM,
                "VERSION_NOT_RESERVED",
                "model smol version 1: reserved by run-a (expected: run-b)"));
  }

  @Test
  void refusesAliasesThatItCannotRead() throws IOException {
    ExportResult export = export("run-a");
    store.write(
        Store.resolve(root, "models/smol/aliases.json"),
        output -> output.write("{\"latest\":".getBytes(StandardCharsets.UTF_8)));

    assertThat(publishFailure(export).getType()).isEqualTo("CORRUPT_ARTIFACT");
    assertThat(read("models/smol/aliases.json")).isEqualTo("{\"latest\":");
  }

  @Test
  void aVersionThatIsPublishedWithoutItsAliasGetsItLater() throws IOException {
    ExportResult export = export("run-a");
    PublishResponse published =
        activities.publish(
            publishRequest("run-a", 1, export).toBuilder().setLeavesAlias(true).build());

    assertThat(store.exists(Store.resolve(root, "models/smol/aliases.json"))).isFalse();
    assertThat(published.getRelease().getAlias()).isEmpty();
    assertThat(published.getProvenance().getUri())
        .isEqualTo(Store.resolve(root, "models/smol/versions/1/provenance.json"));
    activities.moveAlias(
        MoveAliasRequest.newBuilder()
            .setStoreUri(root)
            .setModel("smol")
            .setAlias("latest")
            .setVersion(1)
            .build());
    assertThat(aliases()).containsOnly(entry("latest", 1));
  }

  @Test
  void keepsTheScoresOfTheReleasedModelWithTheVersion() throws IOException {
    PublishRequest.Builder request = publishRequest("run-a", 1, export("run-a")).toBuilder();
    request.getRunBuilder().getSummaryBuilder().getSftBuilder().setModelSha256("of-stage-1");
    for (String model : List.of("stage-1", "stage-2")) {
      ScoreRecord record =
          ScoreRecord.newBuilder().setScore(Score.newBuilder().setModel(model)).build();
      byte[] json = ProtoJson.print(record).getBytes(StandardCharsets.UTF_8);
      request
          .getRunBuilder()
          .getSummaryBuilder()
          .addScoreRecords(
              store.write(Store.resolve(root, "runs/run-a/" + model), out -> out.write(json)));
    }

    activities.publish(request.setReleased("stage-1").build());

    ModelVersions versions = new ModelVersions(store, root, "smol");
    assertThat(versions.scores(1).orElseThrow().getRecordsList())
        .extracting(record -> record.getScore().getModel())
        .containsExactly("stage-1");
    assertThat(versions.provenance(1).orElseThrow().getReleased()).isEqualTo("stage-1");
    assertThat(versions.provenance(1).orElseThrow().getModelSha256()).isEqualTo("of-stage-1");
  }

  @Test
  void theReportOfAnApprovalIsNotReplacedByTheLastOne() throws IOException {
    WriteReportRequest request =
        WriteReportRequest.newBuilder()
            .setRun(Run.newBuilder().setRunId("run-a"))
            .setStoreUri(root)
            .build();

    WriteReportResponse asked =
        activities.writeReport(request.toBuilder().setForApproval(true).build());
    WriteReportResponse last = activities.writeReport(request);

    assertThat(asked.getReportUri()).endsWith("/report/approval.html");
    assertThat(last.getReportUri()).endsWith("/report/index.html");
    assertThat(asked.getReportDigest())
        .isEqualTo(Hashes.sha256Hex(store, asked.getReportUri()))
        .isEqualTo(last.getReportDigest());
  }

  @Test
  void equalContentIsOneVersion() throws IOException {
    publish("run-a", export("run-a", "same"));

    ExportResult second = export("run-b", "same");
    PublishResponse published = activities.publish(publishRequest("run-b", 2, second));

    assertThat(published.getRelease().getVersion()).isEqualTo(1);
    assertThat(published.getRelease().getModelUri()).endsWith("models/smol/versions/1");
    assertThat(published.getProvenance().getUri())
        .endsWith("models/smol/versions/1/provenance.json");
    assertThat(published.getProvenance().getSha256())
        .isEqualTo(Hashes.sha256Hex(store, published.getProvenance().getUri()));
    assertThat(store.list(Store.resolve(root, "models/smol/versions/2")))
        .containsExactly("reservation.json");
    assertThat(activities.publish(publishRequest("run-b", 2, second))).isEqualTo(published);
    assertThat(publish("run-c", export("run-c", "other")).getVersion()).isEqualTo(3);
  }

  @Test
  void equalContentIsOneVersionWhenRunsPublishAtOnce() throws Exception {
    int runs = 6;
    List<ExportResult> exports = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      exports.add(export("run-" + run, "same"));
    }
    CyclicBarrier start = new CyclicBarrier(runs);

    List<ReleaseSummary> published =
        inParallel(
            runs,
            run -> {
              start.await();
              return publish("run-" + run, exports.get(run));
            });

    assertThat(published)
        .extracting(ReleaseSummary::getVersion)
        .containsOnly(published.get(0).getVersion());
    ModelVersions versions = new ModelVersions(store, root, "smol");
    for (int version : versions.numbers()) {
      assertThat(versions.provenance(version).isPresent())
          .isEqualTo(version == published.get(0).getVersion());
    }
    assertThat(aliases()).containsOnly(entry("latest", published.get(0).getVersion()));
  }

  @Test
  void aVersionOfBeforeContentsWereKeptIsFoundByItsProvenance() throws IOException {
    publish("run-a", export("run-a", "same"));
    store.delete(Store.resolve(root, "models/smol/contents"));

    assertThat(publish("run-b", export("run-b", "same")).getVersion()).isEqualTo(1);
  }

  @Test
  void contentOfADeletedVersionIsPublishedAnew() throws IOException {
    publish("run-a", export("run-a", "same"));
    new ModelVersions(store, root, "smol").clear(1);

    assertThat(publish("run-b", export("run-b", "same")).getVersion()).isEqualTo(2);
  }

  @Test
  void contentOfAVersionThatIsBeingDeletedIsPublishedAnew() throws Exception {
    publish("run-a", export("run-a", "same"));
    publish("run-b", export("run-b", "other"));
    VersionTombstone unused =
        new Aliases(store, root, "smol").delete(1, VersionTombstone.getDefaultInstance());

    assertThat(publish("run-c", export("run-c", "same")).getVersion()).isEqualTo(3);
    store.delete(Store.resolve(root, "models/smol/contents"));
    assertThat(publish("run-d", export("run-d", "same")).getVersion()).isEqualTo(3);
  }

  @Test
  void writesTheReportWithExamplesOfTheRun() throws IOException {
    RunLayout layout = new RunLayout(root, "run-a");
    CurationRecord record =
        CurationRecord.newBuilder()
            .setOutcome(CurationOutcome.CURATION_OUTCOME_IMPROVED)
            .addRounds(
                CurationRound.newBuilder()
                    .setVerdict(Verdict.newBuilder().setCritique("the third step <b>jumps</b>")))
            .build();
    commit(layout.curationShard(0), record);
    ArtifactRef pairs =
        commit(
            layout.pairs(),
            PreferencePair.newBuilder()
                .setGap(Gap.GAP_SMALL)
                .setChosen("the better chain")
                .build());
    ArtifactRef problems =
        commit(
            Store.resolve(root, "datasets/demo"),
            Sample.newBuilder().setId("p1").setProblem("what is the problem?").build());
    ArtifactRef samples =
        commit(
            layout.evaluation("base", "demo"),
            GeneratedSample.newBuilder()
                .setSampleId("p1")
                .setText("the model's </script> text")
                .setOutcome(SampleOutcome.SAMPLE_OUTCOME_WRONG)
                .build());
    Run run =
        SampleRuns.finished().toBuilder()
            .setRunId("run-a")
            .setSummary(
                SampleRuns.finished().getSummary().toBuilder()
                    .setIngest(IngestSummary.newBuilder().setShards(1))
                    .clearScores()
                    .addScores(
                        Score.newBuilder()
                            .setBenchmark("demo")
                            .setModel("base")
                            .setProblems(1)
                            .setSamples(1)
                            .setProblemsManifest(problems)
                            .setSamplesManifest(samples))
                    .setPairing(PairingSummary.newBuilder().setPairs(pairs)))
            .build();

    String uri =
        activities
            .writeReport(WriteReportRequest.newBuilder().setRun(run).setStoreUri(root).build())
            .getReportUri();

    assertThat(uri).isEqualTo(Store.resolve(root, "runs/run-a/report/index.html"));
    assertThat(read("runs/run-a/report/index.html"))
        .contains("the third step &lt;b&gt;jumps&lt;/b&gt;", "the better chain")
        .contains("what is the problem?", "the model's \\u003c/script\\u003e text");
  }

  private ReserveVersionResponse reserve(String runId) {
    return activities.reserveVersion(
        ReserveVersionRequest.newBuilder()
            .setRun(RunContext.newBuilder().setRunId(runId).setStoreUri(root).setSpec(SPEC))
            .build());
  }

  /** Reserves a version and writes two files there, as an exporter does. */
  private ExportResult export(String runId) throws IOException {
    return export(runId, runId);
  }

  /** Files of the content; the card names the run, as an exporter's does. */
  private ExportResult export(String runId, String content) throws IOException {
    String uri = reserve(runId).getModelUri();
    ExportResult.Builder export = ExportResult.newBuilder().setModelUri(uri).setParameters(7);
    for (String name : List.of("README.md", "config.json", "model.safetensors")) {
      byte[] bytes =
          (name + " of " + (name.equals("README.md") ? runId : content))
              .getBytes(StandardCharsets.UTF_8);
      store.write(Store.resolve(uri, name), output -> output.write(bytes));
      export.putFiles(name, Hashes.sha256Hex(store, Store.resolve(uri, name)));
    }
    return export.build();
  }

  private ReleaseSummary publish(String runId, ExportResult export) {
    int version = reserve(runId).getVersion();
    return activities.publish(publishRequest(runId, version, export)).getRelease();
  }

  private PublishRequest publishRequest(String runId, int version, ExportResult export) {
    return PublishRequest.newBuilder()
        .setStoreUri(root)
        .setVersion(version)
        .setExport(export)
        .setRun(
            Run.newBuilder()
                .setRunId(runId)
                .setOriginRunId("origin")
                .setSpec(SPEC)
                .setSummary(SampleRuns.finished().getSummary()))
        .build();
  }

  private Failure publishFailure(ExportResult export) {
    try {
      return org.junit.jupiter.api.Assertions.fail("published: " + publish("run-a", export));
    } catch (ApplicationFailure e) {
      return Failures.fromThrowable(e);
    }
  }

  private Map<String, Integer> aliases() throws IOException {
    return new Aliases(store, root, "smol").read().getVersionsMap();
  }

  private static Failure incomplete(String message) {
    return Failures.of(FailureCategory.FAILURE_CATEGORY_PLATFORM, "EXPORT_INCOMPLETE", message);
  }

  private ArtifactRef commit(String folder, com.google.protobuf.Message row) throws IOException {
    return Manifests.commit(
        store,
        folder,
        Manifest.newBuilder()
            .addParts(Manifests.writePart(store, folder, 0, List.of(row)))
            .build());
  }

  private String read(String path) throws IOException {
    try (InputStream input = store.read(Store.resolve(root, path))) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static <T> List<T> inParallel(int callers, Work<T> work) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(callers);
    try {
      List<Callable<T>> calls =
          IntStream.range(0, callers).<Callable<T>>mapToObj(i -> () -> work.run(i)).toList();
      List<T> results = new ArrayList<>();
      for (Future<T> result : executor.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }

  private interface Work<T> {
    T run(int caller) throws Exception;
  }
}
