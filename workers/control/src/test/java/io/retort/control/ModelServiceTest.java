package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.layout.RunLayout;
import io.retort.registry.ModelVersions;
import io.retort.spec.SpecException;
import io.retort.spec.SpecReader;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.Comparison;
import io.retort.v1.Count;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.DeleteVersionRequest;
import io.retort.v1.GetModelRequest;
import io.retort.v1.GetVersionRequest;
import io.retort.v1.LetterAccuracy;
import io.retort.v1.ListModelsRequest;
import io.retort.v1.ListModelsResponse;
import io.retort.v1.ListVersionsRequest;
import io.retort.v1.ListVersionsResponse;
import io.retort.v1.Model;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.ModelVersion;
import io.retort.v1.PassAtK;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.RollBackAliasRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.ScoreWithoutErrata;
import io.retort.v1.VersionTombstone;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelServiceTest {
  private static ControlHarness harness;
  private static ModelServiceGrpc.ModelServiceBlockingStub api;

  @BeforeAll
  static void start(@TempDir Path folder) {
    harness = new ControlHarness(folder);
    api = harness.client(ModelServiceGrpc.ModelServiceBlockingStub.class);
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  @BeforeEach
  void publish() throws IOException {
    Store.open(harness.storeUri).delete(harness.storeUri + "/models");
    publish("smol", 1);
    publish("smol", 2);
    publish("other", 1);
    // Reserved but not published.
    new ModelVersions(Store.open(harness.storeUri), harness.storeUri, "smol").reserve("run-9");
  }

  @Test
  void listsModelsByPages() {
    ListModelsResponse first =
        api.listModels(ListModelsRequest.newBuilder().setPageSize(1).build());
    ListModelsResponse second =
        api.listModels(
            ListModelsRequest.newBuilder()
                .setPageSize(1)
                .setPageToken(first.getNextPageToken())
                .build());

    assertThat(first.getModelsList()).extracting(Model::getName).containsExactly("other");
    assertThat(second.getModelsList()).extracting(Model::getName).containsExactly("smol");
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void listsPublishedVersionsNewestFirst() {
    ListVersionsResponse first =
        api.listVersions(ListVersionsRequest.newBuilder().setModel("smol").setPageSize(1).build());
    ListVersionsResponse second =
        api.listVersions(
            ListVersionsRequest.newBuilder()
                .setModel("smol")
                .setPageToken(first.getNextPageToken())
                .build());

    assertThat(first.getVersionsList()).extracting(ModelVersion::getVersion).containsExactly(2);
    assertThat(second.getVersionsList()).extracting(ModelVersion::getVersion).containsExactly(1);
    assertThat(second.getNextPageToken()).isEmpty();
  }

  @Test
  void promotesAndRollsBackWithAHistory() {
    promote("smol:v1", "prod");
    promote("smol:v2", "prod");
    ModelVersion promoted = version("smol:prod");
    api.rollBackAlias(
        RollBackAliasRequest.newBuilder()
            .setModel("smol")
            .setAlias("prod")
            .setExpectedVersion(2)
            .build());

    assertThat(promoted.getVersion()).isEqualTo(2);
    assertThat(promoted.getAliasesList()).containsExactly("prod");
    assertThat(version("smol@sha256:" + promoted.getContentSha256()).getVersion()).isEqualTo(2);
    Model model = api.getModel(GetModelRequest.newBuilder().setModel("smol").build()).getModel();
    assertThat(model.getAliases().getVersionsMap()).containsOnly(entry("prod", 1));
    assertThat(model.getAliases().getHistoryCount()).isEqualTo(3);
    assertThat(model.getAliases().getHistory(1).getActor()).isEqualTo("ann");
    assertThat(model.getAliases().getHistory(1).getReason()).isEqualTo("better on math");
    assertThat(model.getAliases().getHistory(1).getChangedAt().getSeconds()).isPositive();
  }

  @Test
  void aVersionThatALiveRunEvaluatesStays() throws SpecException {
    Run run =
        harness
            .api
            .createRun(
                CreateRunRequest.newBuilder()
                    .setSpec(
                        SpecReader.read(
                            "name: waits\nmodels: [{model: /models/Smol},"
                                + " {name: two, model: 'registry:smol:v2'}]\n"
                                + "evaluation: {benchmarks: [{name: own, source: {path:"
                                + " /own.jsonl}}]}"))
                    .build())
            .getRun();
    DeleteVersionRequest request =
        DeleteVersionRequest.newBuilder().setReference("smol:v2").setReason("large").build();

    refused(
        () -> api.deleteVersion(request),
        Status.Code.FAILED_PRECONDITION,
        "version 2 of model smol: run " + run.getRunId() + " uses it (expected: ");
    Run cancelled =
        harness
            .api
            .cancelRun(CancelRunRequest.newBuilder().setRunId(run.getRunId()).build())
            .getRun();
    assertThat(harness.awaitEnd(cancelled.getRunId()).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    harness.awaitListed(run.getRunId(), RunPhase.RUN_PHASE_CANCELLED);
    assertThat(api.deleteVersion(request).getVersion()).isEqualTo(2);
  }

  @Test
  void deletesAVersionThatNoAliasNames() {
    promote("smol:v1", "prod");
    DeleteVersionRequest request =
        DeleteVersionRequest.newBuilder()
            .setReference("smol:v2")
            .setReason("too large")
            .setActor("ann")
            .build();

    VersionTombstone tombstone = api.deleteVersion(request).getTombstone();

    assertThat(tombstone.getActor()).isEqualTo("ann");
    assertThat(tombstone.getReason()).isEqualTo("too large");
    refused(() -> version("smol:v2"), Status.Code.NOT_FOUND, "smol:v2: there is no such version");
    assertThat(api.deleteVersion(request).getTombstone()).isEqualTo(tombstone);
    refused(
        () -> api.deleteVersion(request.toBuilder().setReference("smol:v1").build()),
        Status.Code.FAILED_PRECONDITION,
        "version 1 of model smol: alias prod names it");
    refused(
        () -> api.deleteVersion(request.toBuilder().setReference("smol:prod").build()),
        Status.Code.INVALID_ARGUMENT,
        "reference: smol:prod (expected: NAME:vN)");
    refused(
        () -> api.deleteVersion(request.toBuilder().setReference("smol:v9").build()),
        Status.Code.NOT_FOUND,
        "smol:v9: there is no such version");
  }

  @Test
  void refusesWithCategory() {
    promote("smol:v1", "prod");

    refused(() -> version("smol:v7"), Status.Code.NOT_FOUND, "smol:v7: there is no such version");
    refused(() -> version("smol:v3"), Status.Code.NOT_FOUND, "smol:v3: there is no such version");
    refused(() -> version("../smol"), Status.Code.INVALID_ARGUMENT, "reference: ../smol (expected");
    refused(() -> version(""), Status.Code.INVALID_ARGUMENT, "reference: ");
    refused(() -> promote("smol:v1", "v2"), Status.Code.INVALID_ARGUMENT, "alias: v2 (expected");
    refused(() -> promote("smol:v1", "../x"), Status.Code.INVALID_ARGUMENT, "alias: ");
    refused(
        () ->
            api.rollBackAlias(
                RollBackAliasRequest.newBuilder().setModel("smol").setAlias("prod").build()),
        Status.Code.FAILED_PRECONDITION,
        "alias prod of model smol: it names version 1 and has no version before");
    refused(
        () -> api.getModel(GetModelRequest.newBuilder().setModel("absent").build()),
        Status.Code.NOT_FOUND,
        "model absent: there is none");
    refused(
        () -> api.listModels(ListModelsRequest.newBuilder().setPageSize(1001).build()),
        Status.Code.INVALID_ARGUMENT,
        "page_size: ");
  }

  @Test
  void aVersionThatCannotBeReadHidesNoOther() throws IOException {
    publish("smol", 4);
    write(
        Store.resolve(
            new ModelVersions(Store.open(harness.storeUri), harness.storeUri, "smol").folder(2),
            ModelVersions.PROVENANCE),
        "{");

    ListVersionsResponse listed =
        api.listVersions(ListVersionsRequest.newBuilder().setModel("smol").setPageSize(2).build());

    assertThat(listed.getVersionsList()).extracting(ModelVersion::getVersion).containsExactly(4, 1);
    assertThat(listed.getNextPageToken()).isEmpty();
    lost(() -> version("smol:v2"), "/models/smol/versions/2/provenance.json");
    assertThat(version("smol:v1").getVersion()).isEqualTo(1);
  }

  @Test
  void aliasesThatCannotBeReadHideNoOtherModel() throws IOException {
    write(Store.resolve(RunLayout.model(harness.storeUri, "smol"), "aliases.json"), "{");

    assertThat(api.listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
        .extracting(Model::getName)
        .containsExactly("other");
    lost(() -> api.getModel(GetModelRequest.newBuilder().setModel("smol").build()), "aliases.json");
    lost(
        () -> api.listVersions(ListVersionsRequest.newBuilder().setModel("smol").build()),
        "aliases.json");
    lost(() -> promote("smol:v1", "prod"), "aliases.json");
  }

  @Test
  void aListHasNothingThatGrowsWithTheEvaluation() throws IOException {
    Score.Builder shown =
        Score.newBuilder()
            .setModel("stage-2")
            .setBenchmark("math")
            .setProblems(8)
            .addPassAtK(PassAtK.newBuilder().setK(1).setValue(0.5));
    Score whole =
        shown
            .clone()
            .addCurve(PassAtK.newBuilder().setK(64))
            .addConsAtK(PassAtK.newBuilder().setK(64))
            .addLetters(LetterAccuracy.newBuilder().setLetter("A"))
            .addLostRows(Count.newBuilder().setCount(1))
            .addRevisions("r")
            .setWithoutErrata(ScoreWithoutErrata.newBuilder().setProblems(7))
            .build();
    ReleaseProvenance provenance =
        ReleaseProvenance.newBuilder()
            .setRunId("run-1")
            .setModel("large")
            .setVersion(1)
            .setParameters(7)
            .setSpec(RunSpec.newBuilder().setName("demo"))
            .addScores(whole)
            .addComparisons(Comparison.newBuilder().setModel("stage-2"))
            .putFiles("model.safetensors", "sha")
            .build();
    publish(provenance);

    ModelVersion listed =
        api.listVersions(ListVersionsRequest.newBuilder().setModel("large").build()).getVersions(0);

    assertThat(listed.getProvenance())
        .isEqualTo(
            ReleaseProvenance.newBuilder()
                .setRunId("run-1")
                .setModel("large")
                .setVersion(1)
                .setParameters(7)
                .addScores(shown)
                .build());
    assertThat(listed.getContentSha256()).isEqualTo(version("large:v1").getContentSha256());
    assertThat(version("large:v1").getProvenance()).isEqualTo(provenance);
  }

  private void promote(String reference, String alias) {
    assertThat(
            api.promoteAlias(
                    PromoteAliasRequest.newBuilder()
                        .setReference(reference)
                        .setAlias(alias)
                        .setActor("ann")
                        .setReason("better on math")
                        .build())
                .getChange()
                .getAlias())
        .isEqualTo(alias);
  }

  private ModelVersion version(String reference) {
    return api.getVersion(GetVersionRequest.newBuilder().setReference(reference).build())
        .getVersion();
  }

  private void publish(String model, int version) throws IOException {
    publish(
        ReleaseProvenance.newBuilder()
            .setRunId("run-" + version)
            .setModel(model)
            .setVersion(version)
            .putFiles("model.safetensors", "sha-" + version)
            .build());
  }

  private void publish(ReleaseProvenance provenance) throws IOException {
    ModelVersions versions =
        new ModelVersions(Store.open(harness.storeUri), harness.storeUri, provenance.getModel());
    assertThat(versions.reserve(provenance.getRunId())).isEqualTo(provenance.getVersion());
    write(
        Store.resolve(versions.folder(provenance.getVersion()), ModelVersions.PROVENANCE),
        ProtoJson.print(provenance));
  }

  private void write(String uri, String text) throws IOException {
    Store.open(harness.storeUri)
        .write(uri, output -> output.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void lost(Runnable call, String object) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(thrown.getStatus().getDescription())
        .contains(object)
        .endsWith("(restore the object)");
    assertThat(category(thrown)).isEqualTo("PLATFORM");
  }

  private static void refused(Runnable call, Status.Code code, String message) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(thrown.getStatus().getCode()).as(message).isEqualTo(code);
    assertThat(thrown.getStatus().getDescription()).startsWith(message);
    assertThat(category(thrown)).isEqualTo("USER");
  }

  private static String category(StatusRuntimeException thrown) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    assertThat(status).isNotNull();
    for (Any detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          return detail.unpack(ErrorInfo.class).getMetadataOrThrow("category");
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return "";
  }
}
