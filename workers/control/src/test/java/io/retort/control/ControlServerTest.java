package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.FieldMask;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.retort.spec.SpecReader;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.Approval;
import io.retort.v1.ApprovalState;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunAction;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainerHeartbeat;
import io.retort.v1.TrainerProgress;
import io.retort.v1.TrainerState;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {
  private static ControlHarness control;

  @BeforeAll
  static void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @BeforeEach
  void reset() {
    control.activities.reset();
    control.visibility.requests.clear();
  }

  @AfterEach
  void letEnd() {
    control.activities.letEnd();
  }

  @AfterAll
  static void stop() {
    control.close();
  }

  @Test
  void startsARunWithEveryDefault() {
    Run run = control.create("succeeds");
    assertThat(run.getRunId()).matches("succeeds-\\d{8}-[a-z2-7]{6}");
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_QUEUED);
    assertThat(run.getSpec().getStudent().getModel()).isEqualTo(ControlHarness.STUDENT);
    Run ended = control.awaitEnd(run.getRunId());
    assertThat(ended.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(ended.getSpec()).isEqualTo(run.getSpec());
  }

  @Test
  void tellsEveryViolation() throws Exception {
    RunSpec spec = SpecReader.read("data: {train: [{path: a}]}\npreference: {beta: {large: -1}}");
    StatusRuntimeException thrown =
        error(
            () -> control.api.createRun(CreateRunRequest.newBuilder().setSpec(spec).build()),
            Status.Code.INVALID_ARGUMENT);
    assertThat(violations(thrown))
        .containsExactly(
            "preference.beta.large: -1 (expected: > 0)",
            "data.train[0].path: a (expected: an absolute path or URI)");
    assertThat(thrown.getStatus().getDescription()).endsWith("(and 1 more)");
  }

  @Test
  void repeatsARequestWithoutAnotherRun() {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("waits"))
            .setRequestId("Order-66")
            .build();
    Run first = control.api.createRun(request).getRun();
    Run again = control.api.createRun(request).getRun();
    assertThat(again.getRunId()).isEqualTo(first.getRunId()).startsWith("waits-");
    CreateRunRequest other =
        request.toBuilder().setSpec(request.getSpec().toBuilder().setSeed(1)).build();
    assertThat(error(() -> control.api.createRun(other), Status.Code.ALREADY_EXISTS))
        .hasMessageContaining(first.getRunId());
  }

  @Test
  void refusesARequestIdThatIsNone() {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("waits"))
            .setRequestId("a b")
            .build();
    StatusRuntimeException thrown =
        error(() -> control.api.createRun(request), Status.Code.INVALID_ARGUMENT);
    assertThat(thrown).hasMessageContaining("request_id: \"a b\" (expected: ");
  }

  @Test
  void knowsNoSuchRun() {
    for (String runId : List.of("none-20260101-aaaaaa", "../../etc", "", "a/curate")) {
      error(() -> control.get(runId), Status.Code.NOT_FOUND);
      error(() -> control.awaitEnd(runId), Status.Code.NOT_FOUND);
      error(
          () -> control.api.cancelRun(CancelRunRequest.newBuilder().setRunId(runId).build()),
          Status.Code.NOT_FOUND);
    }
  }

  @Test
  void showsStepsAndLossOfTheTrainer() {
    control.activities.trainerHeartbeat.set(
        TrainerHeartbeat.newBuilder()
            .setState(TrainerState.TRAINER_STATE_RUNNING)
            .setProgress(
                TrainerProgress.newBuilder()
                    .setDone(3)
                    .setTotal(24)
                    .setUnit("steps")
                    .setLoss(0.42)
                    .setTokensPerSecond(1234.4)
                    .setModelFlopsUtilization(0.412)
                    .setEtaSeconds(77))
            .build());
    Run run = control.create("trains");
    Run seen = control.watchUntil(run.getRunId(), current -> lastStage(current).getDone() == 3);
    assertThat(lastStage(seen).getTotal()).isEqualTo(24);
    assertThat(lastStage(seen).getEtaSeconds()).isEqualTo(77);
    assertThat(lastStage(seen).getDetail()).isEqualTo("loss 0.4200, 1,234 tokens/s, MFU 41 %");
    assertThat(lastStage(seen).getLoss()).isEqualTo(0.42);
    assertThat(lastStage(seen).getTokensPerSecond()).isEqualTo(1234.4);
    assertThat(seen.getPhase()).isEqualTo(RunPhase.RUN_PHASE_RUNNING);
    control.activities.letEnd();
    control.awaitEnd(run.getRunId());
  }

  @Test
  void showsThePairsThatTheReferenceHasPassed() {
    control.activities.trainerHeartbeat.set(
        TrainerHeartbeat.newBuilder()
            .setState(TrainerState.TRAINER_STATE_RUNNING)
            .setProgress(TrainerProgress.newBuilder().setDone(8).setTotal(90).setUnit("pairs"))
            .build());
    Run run = control.create("trains");
    Run seen = control.watchUntil(run.getRunId(), current -> lastStage(current).getDone() == 8);
    assertThat(lastStage(seen).getTotal()).isEqualTo(90);
    assertThat(lastStage(seen).getUnit()).isEqualTo("pairs");
    assertThat(lastStage(seen).getDetail()).isEqualTo("log-probabilities of the reference");
    control.activities.letEnd();
    control.awaitEnd(run.getRunId());
  }

  @Test
  void waitsForResourcesInAPhaseOfItsOwn() {
    control.activities.trainerHeartbeat.set(
        TrainerHeartbeat.newBuilder().setWaitingFor("8 GPU").setWaitingPlace(2).build());
    Run run = control.create("trains");
    Run seen =
        control.watchUntil(
            run.getRunId(),
            current -> lastStage(current).getDetail().equals("waiting for 8 GPU, place 2"));
    assertThat(seen.getPhase()).isEqualTo(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES);
  }

  @Test
  void waitsForASlotOfTheGpuQueue() {
    Run run = control.create("queues");
    Run seen =
        control.watchUntil(
            run.getRunId(),
            current -> current.getPhase() == RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES);
    assertThat(lastStage(seen).getDetail()).isEqualTo("waiting for a slot of the GPU queue");
  }

  @Test
  void addsUpShards() {
    Run run = control.create("curates");
    Run seen = control.watchUntil(run.getRunId(), current -> lastStage(current).getDone() == 52);
    assertThat(lastStage(seen).getTotal()).isEqualTo(100);
  }

  @Test
  void cancelsARunOnce() {
    Run run = control.create("waits");
    CancelRunRequest request =
        CancelRunRequest.newBuilder().setRunId(run.getRunId()).setReason("enough").build();
    control.api.cancelRun(request);
    Run ended = control.awaitEnd(run.getRunId());
    assertThat(ended.getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(error(() -> control.api.cancelRun(request), Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining("CANCELLED (expected: a run that has not ended)");
  }

  @Test
  void pausesAndResumesARunThatHasNotEnded() {
    Run run = control.create("waits");
    PauseRunRequest pause =
        PauseRunRequest.newBuilder().setRunId(run.getRunId()).setReason("lunch").build();
    for (int times = 0; times < 2; times++) {
      Run paused = control.api.pauseRun(pause).getRun();
      assertThat(paused.getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
      assertThat(paused.getPause().getMessage()).isEqualTo("lunch");
    }
    ResumeRunRequest resume = ResumeRunRequest.newBuilder().setRunId(run.getRunId()).build();
    assertThat(
            error(
                () -> control.api.resumeRun(resume.toBuilder().setBudget(2).build()),
                Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining("3 is spent");
    error(
        () -> control.api.resumeRun(resume.toBuilder().setBudget(-1).build()),
        Status.Code.INVALID_ARGUMENT);
    assertThat(control.api.resumeRun(resume).getRun().getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_RUNNING);

    Run ended = control.create("succeeds");
    control.awaitEnd(ended.getRunId());
    error(
        () -> control.api.pauseRun(pause.toBuilder().setRunId(ended.getRunId()).build()),
        Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void approvesAndRejectsByTheDigestOfTheReport() {
    Run run = control.create("waits");
    ApproveRunRequest approve =
        ApproveRunRequest.newBuilder()
            .setRunId(run.getRunId())
            .setReportDigest("ab12")
            .setActor("ada")
            .setNote("fine")
            .build();
    Approval approved =
        control.api.approveRun(approve).getRun().getSummary().getRelease().getApproval();
    assertThat(approved.getState()).isEqualTo(ApprovalState.APPROVAL_STATE_APPROVED);
    assertThat(approved.getActor()).isEqualTo("ada");
    assertThat(approved.getNote()).isEqualTo("fine");
    RejectRunRequest reject =
        RejectRunRequest.newBuilder().setRunId(run.getRunId()).setReportDigest("ab12").build();
    assertThat(
            control
                .api
                .rejectRun(reject)
                .getRun()
                .getSummary()
                .getRelease()
                .getApproval()
                .getState())
        .isEqualTo(ApprovalState.APPROVAL_STATE_REJECTED);
    assertThat(
            error(
                () -> control.api.approveRun(approve.toBuilder().setReportDigest("cd").build()),
                Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining("another report");

    Run ended = control.create("succeeds");
    control.awaitEnd(ended.getRunId());
    error(
        () -> control.api.rejectRun(reject.toBuilder().setRunId(ended.getRunId()).build()),
        Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void prefersTheRecordOfARunThatHasEnded() throws IOException {
    Run run = control.create("fails");
    Run withoutRecord = control.awaitEnd(run.getRunId());
    assertThat(withoutRecord.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
    assertThat(withoutRecord.getFailure().getMessage()).contains("broken");
    Run record =
        run.toBuilder()
            .setPhase(RunPhase.RUN_PHASE_FAILED)
            .setFailure(
                Failure.newBuilder()
                    .setCategory(FailureCategory.FAILURE_CATEGORY_USER)
                    .setType("DATA_NOT_FOUND"))
            .build();
    writeRecord(record);
    assertThat(control.get(run.getRunId())).isEqualTo(RunView.withActions(record));
  }

  @Test
  void remembersARunThatTemporalHasForgotten() throws IOException {
    Run record =
        Run.newBuilder()
            .setRunId("old-20250101-aaaaaa")
            .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
            .setSpec(ControlHarness.spec("succeeds"))
            .build();
    writeRecord(record);
    assertThat(control.get(record.getRunId())).isEqualTo(RunView.withActions(record));
    Run again =
        control
            .api
            .retrainRun(RetrainRunRequest.newBuilder().setRunId(record.getRunId()).build())
            .getRun();
    assertThat(again.getOriginRunId()).isEqualTo(record.getRunId());
  }

  @Test
  void tellsARunThatWasTerminated() {
    Run run = control.create("waits");
    control.watchUntil(run.getRunId(), current -> current.getStagesCount() == 1);
    WorkflowStub.fromTyped(
            control.temporal().newWorkflowStub(io.retort.run.RunWorkflow.class, run.getRunId()))
        .terminate("by hand");
    Run ended = control.awaitEnd(run.getRunId());
    assertThat(ended.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
    assertThat(ended.getFailure().getMessage()).isEqualTo("terminated in Temporal: by hand");
    assertThat(lastStage(ended).getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
  }

  @Test
  void tellsARunWhileNoWorkerIsUp(@TempDir Path store) {
    try (ControlHarness deserted = new ControlHarness(store)) {
      Run run = deserted.create("waits");
      deserted.watchUntil(run.getRunId(), current -> current.getStagesCount() == 1);
      deserted.stopWorkers();
      Run seen = deserted.get(run.getRunId());
      assertThat(seen.getPhase()).isEqualTo(RunPhase.RUN_PHASE_RUNNING);
      assertThat(seen.getSpec()).isEqualTo(run.getSpec());
      assertThat(lastStage(seen).getStage()).isEqualTo(Stage.STAGE_INGEST);
    }
  }

  @Test
  void retrainsWithChangedFields() {
    Run origin = control.create("succeeds");
    RetrainRunRequest.Builder request = RetrainRunRequest.newBuilder().setRunId(origin.getRunId());
    request.getChangesBuilder().getSftBuilder().getLoraBuilder().setRank(4);
    request.setUpdateMask(FieldMask.newBuilder().addPaths("sft.lora"));
    Run run = control.api.retrainRun(request.build()).getRun();
    assertThat(run.getOriginRunId()).isEqualTo(origin.getRunId());
    assertThat(run.getSpec().getSft().getLora().getRank()).isEqualTo(4);
    // Defaults follow the change: adapters have another default learning rate.
    assertThat(run.getSpec().getSft().getLearningRate()).isEqualTo(2e-4);
    assertThat(run.getSpec().getName()).isEqualTo("succeeds");
    Run ended = control.awaitEnd(run.getRunId());
    assertThat(ended.getOriginRunId()).isEqualTo(origin.getRunId());
  }

  @Test
  void refusesToRetrainFieldsThatAreNone() {
    Run origin = control.create("succeeds");
    RetrainRunRequest request =
        RetrainRunRequest.newBuilder()
            .setRunId(origin.getRunId())
            .setUpdateMask(FieldMask.newBuilder().addPaths("sft.epoch"))
            .build();
    assertThat(error(() -> control.api.retrainRun(request), Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining("update_mask: sft.epoch (expected: ");
  }

  @Test
  void listsRunsByPhase() {
    control.visibility.response =
        ListWorkflowExecutionsResponse.newBuilder()
            .addExecutions(
                WorkflowExecutionInfo.newBuilder()
                    .setExecution(WorkflowExecution.newBuilder().setWorkflowId("a-1"))
                    .setType(WorkflowType.newBuilder().setName("Run"))
                    .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED))
            .build();
    ListRunsRequest.Builder request =
        ListRunsRequest.newBuilder()
            .setPageSize(1)
            .addPhases(RunPhase.RUN_PHASE_FAILED)
            .setFilter("run_id = a-1");
    Run listed = awaitListed(request.build());
    assertThat(listed.getRunId()).isEqualTo("a-1");
    assertThat(listed.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
    assertThat(listed.getAllowedActionsList()).contains(RunAction.RUN_ACTION_RETRY);
    assertThat(
            control
                .api
                .listRuns(request.clearPhases().addPhases(RunPhase.RUN_PHASE_RUNNING).build())
                .getRunsList())
        .isEmpty();
    assertThat(control.visibility.ofRuns().get(0).getQuery())
        .startsWith("WorkflowType IN ('Run', 'RunWorkflow') AND (ExecutionStatus = 'Running' OR ");
  }

  /** The index is some milliseconds old. */
  private static Run awaitListed(ListRunsRequest request) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (System.nanoTime() < deadline) {
      ListRunsResponse listed = control.api.listRuns(request);
      if (listed.getRunsCount() > 0) {
        return listed.getRuns(0);
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("nothing is listed");
  }

  @Test
  void refusesPagesThatAreNone() {
    error(
        () -> control.api.listRuns(ListRunsRequest.newBuilder().setPageSize(-1).build()),
        Status.Code.INVALID_ARGUMENT);
    error(
        () -> control.api.listRuns(ListRunsRequest.newBuilder().setPageToken("%").build()),
        Status.Code.INVALID_ARGUMENT);
    error(
        () -> control.api.listRuns(ListRunsRequest.newBuilder().addPhasesValue(0).build()),
        Status.Code.INVALID_ARGUMENT);
    assertThat(
            error(
                () ->
                    control.api.listRuns(
                        ListRunsRequest.newBuilder()
                            .addPhases(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES)
                            .build()),
                Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining("a run whose trainers wait is RUNNING");
  }

  @Test
  void isHealthyAndMeasured() throws Exception {
    assertThat(
            control
                .client(HealthGrpc.HealthBlockingStub.class)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    error(() -> control.get("none"), Status.Code.NOT_FOUND);
    HttpResponse<String> metrics =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + control.metrics.port() + "/metrics"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(metrics.body())
        .contains("retort_api_calls_total{code=\"NOT_FOUND\",method=\"GetRun\"} ");
  }

  private void writeRecord(Run run) throws IOException {
    Store.open(control.storeUri)
        .write(
            control.storeUri + "/runs/" + run.getRunId() + "/run.json",
            output -> output.write(ProtoJson.print(run).getBytes(StandardCharsets.UTF_8)));
  }

  private static StageProgress lastStage(Run run) {
    return run.getStagesCount() == 0
        ? StageProgress.getDefaultInstance()
        : run.getStages(run.getStagesCount() - 1);
  }

  private static StatusRuntimeException error(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Status.Code code) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).isNotNull();
    assertThat(thrown.getStatus().getCode()).isEqualTo(code);
    return thrown;
  }

  private static List<String> violations(StatusRuntimeException thrown)
      throws InvalidProtocolBufferException {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    assertThat(status).isNotNull();
    BadRequest details = status.getDetails(0).unpack(BadRequest.class);
    return details.getFieldViolationsList().stream()
        .map(violation -> violation.getField() + ": " + violation.getDescription())
        .toList();
  }
}
