package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Timestamps;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.registry.ModelVersions;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.CreateRunResponse;
import io.retort.v1.DataSource;
import io.retort.v1.GetLineageRequest;
import io.retort.v1.LastStage;
import io.retort.v1.Lineage;
import io.retort.v1.ModelAliases;
import io.retort.v1.RelatedRun;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetrainRunResponse;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageOrigin;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans, admissions, retrains and lineage over the API. */
final class PlanApiTest {
  private static ControlHarness control;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void validateOnlyGivesThePlanAndStartsNothing() throws IOException {
    Run earlier = record("planned-20250101-aaaaaa", "");

    CreateRunResponse response =
        control.api.createRun(
            CreateRunRequest.newBuilder()
                .setSpec(ControlHarness.spec("planned"))
                .setRequestId("plan-1")
                .setValidateOnly(true)
                .build());

    assertThat(response.hasRun()).isFalse();
    assertThat(response.getPlan().getStages(0).getStage()).isEqualTo(Stage.STAGE_INGEST);
    assertThat(response.getPlan().getStages(0).getReason())
        .as("compared with the latest runs of its name first")
        .startsWith(earlier.getStages(0).getFingerprint());
    assertThat(response.getPlan().getWarnings(0))
        .as("with every default")
        .contains(ControlHarness.STUDENT);
    error(() -> control.get(RunIds.ofRequest("planned", "plan-1")), Status.Code.NOT_FOUND);
  }

  @Test
  void everyViolationOfRequestAndSpecComesAtOnce() {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("wrong").toBuilder().setSeed(0).clearData())
            .setRequestId("a b")
            .setValidateOnly(true)
            .build();

    assertThat(fields(() -> control.api.createRun(request))).contains("request_id", "data");
  }

  @Test
  void aMissingFileIsRefusedBeforeARunExists() {
    StubAdmissionWorkflow.MISSING.add("/gone.jsonl");
    RunSpec.Builder spec = ControlHarness.spec("waits").toBuilder();
    spec.getDataBuilder().addTrain(DataSource.newBuilder().setPath("/gone.jsonl"));
    CreateRunRequest request =
        CreateRunRequest.newBuilder().setSpec(spec).setRequestId("gone-1").build();

    assertThat(fields(() -> control.api.createRun(request))).containsExactly("data.train[1].path");
    assertThat(
            fields(() -> control.api.createRun(request.toBuilder().setValidateOnly(true).build())))
        .containsExactly("data.train[1].path");

    StubAdmissionWorkflow.MISSING.remove("/gone.jsonl");
    Run run = control.api.createRun(request).getRun();
    StubAdmissionWorkflow.MISSING.add("/gone.jsonl");
    assertThat(control.api.createRun(request).getRun().getRunId())
        .as("a repeated request returns its run, whatever became of the files")
        .isEqualTo(run.getRunId());
  }

  @Test
  void retrainsFromAVersionOrAnAliasWithMoreData() throws IOException {
    Run origin = record("released-20250101-aaaaaa", "");
    publish("plan-model", 3, origin);

    for (String model : List.of("plan-model:v3", "plan-model:best")) {
      Run run =
          control
              .api
              .retrainRun(
                  RetrainRunRequest.newBuilder()
                      .setModel(model)
                      .addAppendTrain(DataSource.newBuilder().setPath("/more.jsonl"))
                      .build())
              .getRun();
      assertThat(run.getOriginRunId()).isEqualTo(origin.getRunId());
      assertThat(run.getSpec().getData().getTrainList())
          .extracting(DataSource::getPath)
          .containsExactly("/a.jsonl", "/more.jsonl");
    }
    assertThat(
            fields(
                () ->
                    control.api.retrainRun(
                        RetrainRunRequest.newBuilder().setModel("plan-model:v4").build())))
        .containsExactly("model");
    assertThat(
            fields(
                () ->
                    control.api.retrainRun(
                        RetrainRunRequest.newBuilder()
                            .setModel("plan-model:v3")
                            .setRunId(origin.getRunId())
                            .build())))
        .containsExactly("run_id");
  }

  @Test
  void aVersionOutlivesTheRecordOfItsRun() throws IOException {
    Run swept =
        Run.newBuilder()
            .setRunId("swept-20250101-aaaaaa")
            .setSpec(ControlHarness.spec("succeeds"))
            .build();
    publish("plan-swept", 1, swept);

    Run run =
        control
            .api
            .retrainRun(RetrainRunRequest.newBuilder().setModel("plan-swept:v1").build())
            .getRun();

    assertThat(run.getOriginRunId()).isEqualTo(swept.getRunId());
  }

  @Test
  void fromAStageOnEverythingRunsAgain() throws IOException {
    Run origin = record("staged-20250101-aaaaaa", "");
    RetrainRunRequest request =
        RetrainRunRequest.newBuilder()
            .setRunId(origin.getRunId())
            .setFromStage(Stage.STAGE_COGPO)
            .setValidateOnly(true)
            .build();

    RetrainRunResponse response = control.api.retrainRun(request);

    assertThat(response.hasRun()).isFalse();
    assertThat(response.getPlan().getWarnings(0))
        .contains("STAGE_COGPO", "STAGE_EVALUATE", "STAGE_RELEASE", "STAGE_EXPORT")
        .contains("origin_run_id: \"staged-20250101-aaaaaa\"")
        .doesNotContain("fresh_stages: STAGE_PAIR");
    assertThat(response.getPlan().getStages(0).getReason())
        .as("compared with its origin first")
        .startsWith(origin.getStages(0).getFingerprint());
    RetrainRunRequest.Builder curated =
        request.toBuilder().setUpdateMask(FieldMask.newBuilder().addPaths("last_stage"));
    curated.getChangesBuilder().setLastStage(LastStage.LAST_STAGE_CURATE);
    assertThat(fields(() -> control.api.retrainRun(curated.build()))).containsExactly("from_stage");
  }

  @Test
  void lineageGoesBothWays() throws IOException {
    Run first = record("first-20250101-aaaaaa", "");
    Run second = record("second-20250101-aaaaaa", first.getRunId());
    record("third-20250101-aaaaaa", second.getRunId());
    publish("plan-lineage", 3, first);

    Lineage lineage = awaitRetrain(second.getRunId());

    assertThat(lineage.getOriginsList())
        .extracting(RelatedRun::getRunId)
        .containsExactly(first.getRunId());
    assertThat(lineage.getOrigins(0).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(lineage.getRetrainsList())
        .extracting(RelatedRun::getRunId)
        .containsExactly("third-20250101-aaaaaa");
    assertThat(lineage.getVersions(0).getModel()).isEqualTo("plan-lineage");
    assertThat(lineage.getVersions(0).getPublishedByRunId()).isEqualTo(first.getRunId());
    assertThat(lineage.getVersions(0).getAliasesList()).containsExactly("best");
    assertThat(lineage.getStagesList())
        .extracting(StageOrigin::getMadeByRunId)
        .containsExactly("maker-1", second.getRunId());
    error(() -> lineage("none-20250101-aaaaaa"), Status.Code.NOT_FOUND);
  }

  /** The list of recorded runs is at most some milliseconds old. */
  private static Lineage awaitRetrain(String runId) {
    Lineage lineage = lineage(runId);
    while (lineage.getRetrainsCount() == 0) {
      lineage = lineage(runId);
    }
    return lineage;
  }

  private static Lineage lineage(String runId) {
    return control
        .api
        .getLineage(GetLineageRequest.newBuilder().setRunId(runId).build())
        .getLineage();
  }

  /** A run that has ended: its first stage was reused, its second one made. */
  private static Run record(String runId, String originRunId) throws IOException {
    Run.Builder run =
        Run.newBuilder()
            .setRunId(runId)
            .setOriginRunId(originRunId)
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .setCreatedAt(Timestamps.fromSeconds(1_700_000_000))
            .setSpec(ControlHarness.spec(runId.replaceFirst("-.*", "")))
            .addStages(
                StageProgress.newBuilder()
                    .setStage(Stage.STAGE_INGEST)
                    .setReuse(StageReuse.STAGE_REUSE_HIT)
                    .setMadeByRunId("maker-1")
                    .setFingerprint("ingest-of-" + runId)
                    .setFinishedAt(Timestamps.fromSeconds(1_700_000_001)))
            .addStages(
                StageProgress.newBuilder()
                    .setStage(Stage.STAGE_CURATE)
                    .setReuse(StageReuse.STAGE_REUSE_RUN));
    run.getSummaryBuilder().getReleaseBuilder().setModel("plan-lineage").setVersion(3);
    write("runs/" + runId + "/run.json", StoredMessages.bytes(run.build()));
    control.awaitListed(runId, RunPhase.RUN_PHASE_SUCCEEDED);
    return run.build();
  }

  private static void publish(String model, int version, Run run) throws IOException {
    write(
        "models/" + model + "/versions/" + version + "/" + ModelVersions.PROVENANCE,
        StoredMessages.bytes(
            ReleaseProvenance.newBuilder()
                .setRunId(run.getRunId())
                .setSpec(run.getSpec())
                .setModel(model)
                .setVersion(version)
                .build()));
    write(
        "models/" + model + "/aliases.json",
        StoredMessages.bytes(
            ModelAliases.newBuilder().setSchemaVersion(1).putVersions("best", version).build()));
  }

  private static void write(String name, byte[] bytes) throws IOException {
    Store store = Store.open(control.storeUri);
    store.write(Store.resolve(control.storeUri, name), output -> output.write(bytes));
  }

  private static List<String> fields(Supplier<?> call) {
    StatusRuntimeException thrown = error(call, Status.Code.INVALID_ARGUMENT);
    try {
      return StatusProto.fromThrowable(thrown)
          .getDetails(0)
          .unpack(BadRequest.class)
          .getFieldViolationsList()
          .stream()
          .map(BadRequest.FieldViolation::getField)
          .toList();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static StatusRuntimeException error(Supplier<?> call, Status.Code code) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call::get);
    assertThat(thrown.getStatus().getCode()).isEqualTo(code);
    return thrown;
  }
}
