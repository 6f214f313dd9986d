package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.registry.ModelVersions;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.LaunchRecord;
import io.retort.v1.ModelServiceGrpc;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.PromoteAliasRequest;
import io.retort.v1.ReleaseProvenance;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.RetryRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.UpdateRunRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests with an id that are sent again. */
class RepeatedRequestsTest {
  private static final String MODEL = "smol";

  private static ControlHarness control;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    control = new ControlHarness(folder);
    publish(1, ControlHarness.spec("waits"));
    publish(2, ControlHarness.spec("waits").toBuilder().setSeed(2).build());
    publish(3, ControlHarness.spec("succeeds"));
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void aRetrainByAnAliasIsTheSameAfterTheAliasHasMoved() {
    promote(1);
    RetrainRunRequest request =
        RetrainRunRequest.newBuilder().setModel(MODEL + ":prod").setRequestId("nightly-7").build();
    Run first = control.api.retrainRun(request).getRun();
    assertThat(first.getOriginRunId()).isEqualTo("run-1");

    for (int version = 2; version <= 3; version++) {
      promote(version);
      assertThat(control.api.retrainRun(request).getRun().getRunId())
          .as("the alias names version " + version)
          .isEqualTo(first.getRunId());
    }
    reused(
        () -> control.api.retrainRun(request.toBuilder().setNote("another").build()),
        first.getRunId());
    assertThat(
            control
                .api
                .retrainRun(request.toBuilder().setRequestId("nightly-8").build())
                .getRun()
                .getOriginRunId())
        .isEqualTo("run-3");
  }

  @Test
  void aRequestThatWasRefusedStaysRefused() {
    String first = control.create("waits").getRunId();
    String second = control.create("waits").getRunId();
    RetrainRunRequest request =
        RetrainRunRequest.newBuilder().setRunId(first).setRequestId("taken-1").build();
    String runId = control.api.retrainRun(request).getRun().getRunId();

    for (int attempt = 0; attempt < 2; attempt++) {
      reused(() -> control.api.retrainRun(request.toBuilder().setRunId(second).build()), runId);
    }
  }

  @Test
  void otherFreshStagesAreAnotherRequest() {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("waits"))
            .setRequestId("fresh-1")
            .addFreshStages(Stage.STAGE_CURATE)
            .build();
    String runId = control.api.createRun(request).getRun().getRunId();

    assertThat(control.api.createRun(request).getRun().getRunId()).isEqualTo(runId);
    reused(() -> control.api.createRun(request.toBuilder().clearFreshStages().build()), runId);
    reused(
        () -> control.api.createRun(request.toBuilder().addFreshStages(Stage.STAGE_INGEST).build()),
        runId);
  }

  @Test
  void aRetryIsTheSameAfterTheNoteOfTheRunHasChanged() {
    String failed = control.create("fails").getRunId();
    Run unused = control.awaitEnd(failed);
    RetryRunRequest request =
        RetryRunRequest.newBuilder().setRunId(failed).setRequestId("retry-1").build();
    String again = control.api.retryRun(request).getRun().getRunId();

    assertThat(
            control
                .api
                .updateRun(UpdateRunRequest.newBuilder().setRunId(failed).setNote("seen").build())
                .getRun()
                .getNote())
        .isEqualTo("seen");
    assertThat(control.api.retryRun(request).getRun().getRunId()).isEqualTo(again);
    reused(
        () ->
            control.api.retrainRun(
                RetrainRunRequest.newBuilder().setRunId(failed).setRequestId("retry-1").build()),
        again);
  }

  @Test
  void aRetryThatResumesIsMadeOnce() {
    String runId = control.create("waits").getRunId();
    pause(runId);
    RetryRunRequest request =
        RetryRunRequest.newBuilder().setRunId(runId).setRequestId("resume-1").build();

    assertThat(control.api.retryRun(request).getRun().getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_RUNNING);
    assertThat(control.api.retryRun(request).getRun().getRunId())
        .as("while it is not stopped")
        .isEqualTo(runId);

    pause(runId);
    assertThat(control.api.retryRun(request).getRun().getRunId()).isEqualTo(runId);
    assertThat(control.get(runId).getPhase())
        .as("paused by another request since")
        .isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(
            control
                .api
                .retryRun(request.toBuilder().setRequestId("resume-2").build())
                .getRun()
                .getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_RUNNING);

    Run cancelled =
        control.api.cancelRun(CancelRunRequest.newBuilder().setRunId(runId).build()).getRun();
    assertThat(control.awaitEnd(cancelled.getRunId()).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(control.api.retryRun(request).getRun().getRunId())
        .as("and not by another run")
        .isEqualTo(runId);
  }

  /** The process may have died before or after it has resumed the run. */
  @Test
  void aRetryThatWasCutShortSucceedsOnlyIfItHasResumedTheRun() throws IOException {
    String runId = control.create("waits").getRunId();
    RetryRunRequest before =
        RetryRunRequest.newBuilder().setRunId(runId).setRequestId("cut-1").build();
    unfinished(before);

    StatusRuntimeException thrown =
        catchThrowableOfType(StatusRuntimeException.class, () -> control.api.retryRun(before));
    assertThat(thrown).as("it has resumed nothing").isNotNull();
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(thrown.getStatus().getDescription()).contains("expected: PAUSED");

    pause(runId);
    RetryRunRequest after = before.toBuilder().setRequestId("cut-2").build();
    assertThat(control.api.retryRun(after).getRun().getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_RUNNING);
    unfinished(after);

    assertThat(control.api.retryRun(after).getRun().getRunId()).isEqualTo(runId);
  }

  /** Leaves of a request what is kept before its run resumes. */
  private static void unfinished(RetryRunRequest request) throws IOException {
    SentRequest resumption = SentRequest.ofResumption(request);
    byte[] record =
        StoredMessages.bytes(
            LaunchRecord.newBuilder()
                .setSchemaVersion(1)
                .setRunId(request.getRunId())
                .setRequestSha256(resumption.digest())
                .build());
    Store.open(control.storeUri)
        .write(
            Store.resolve(control.storeUri, "launches/" + resumption.recordKey() + ".json"),
            output -> output.write(record));
  }

  private static void pause(String runId) {
    assertThat(
            control
                .api
                .pauseRun(PauseRunRequest.newBuilder().setRunId(runId).build())
                .getRun()
                .getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_PAUSED);
  }

  private static void reused(Runnable call, String runId) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call::run);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(thrown.getStatus().getDescription()).contains("has started run " + runId);
  }

  private static void promote(int version) {
    assertThat(
            control
                .client(ModelServiceGrpc.ModelServiceBlockingStub.class)
                .promoteAlias(
                    PromoteAliasRequest.newBuilder()
                        .setReference(MODEL + ":v" + version)
                        .setAlias("prod")
                        .setReason("better")
                        .build())
                .getChange()
                .getAlias())
        .isEqualTo("prod");
  }

  private static void publish(int version, RunSpec spec) throws IOException {
    Store store = Store.open(control.storeUri);
    ModelVersions versions = new ModelVersions(store, control.storeUri, MODEL);
    assertThat(versions.reserve("run-" + version)).isEqualTo(version);
    byte[] provenance =
        StoredMessages.bytes(
            ReleaseProvenance.newBuilder()
                .setModel(MODEL)
                .setVersion(version)
                .setRunId("run-" + version)
                .setSpec(spec)
                .build());
    store.write(
        Store.resolve(versions.folder(version), ModelVersions.PROVENANCE),
        output -> output.write(provenance));
  }
}
