package io.retort.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.FieldMask;
import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.store.ProtoJson;
import io.retort.store.Store;
import io.retort.v1.CancelRunRequest;
import io.retort.v1.CreateRunRequest;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.RetrainRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunSpec;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs after their retention in Temporal. */
final class ForgottenRunsTest {
  private ControlHarness control;

  @BeforeEach
  void start(@TempDir Path store) {
    control = new ControlHarness(store);
  }

  @AfterEach
  void stop() {
    control.close();
  }

  @Test
  void aRequestStartsNoSecondRunOnceTemporalHasForgottenTheFirst() throws IOException {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("waits"))
            .setRequestId("order-1")
            .build();
    String runId = RunIds.ofRequest("waits", "order-1");
    RunSpec filled = control.create("waits").getSpec();
    Run record = ended(runId, 1).toBuilder().setSpec(filled).build();
    write(record);

    assertThat(control.api.createRun(request).getRun().toBuilder().clearAllowedActions().build())
        .isEqualTo(record);
    RunSpec other = request.getSpec().toBuilder().setSeed(1).build();
    assertThat(code(() -> control.api.createRun(request.toBuilder().setSpec(other).build())))
        .isEqualTo(Status.Code.ALREADY_EXISTS);
  }

  @Test
  void whatWasAskedForOutlivesTemporal() throws IOException {
    Run run = control.create("succeeds");
    assertThat(read(run.getRunId(), "asked.json"))
        .isEqualTo(ProtoJson.print(ControlHarness.spec("succeeds")));
    write(ended("old-1", 1).toBuilder().setSpec(run.getSpec()).build());
    write("old-1", "asked.json", ProtoJson.print(ControlHarness.spec("succeeds")));

    RetrainRunRequest.Builder request = RetrainRunRequest.newBuilder().setRunId("old-1");
    request.getChangesBuilder().getSftBuilder().getLoraBuilder().setRank(4);
    request.setUpdateMask(FieldMask.newBuilder().addPaths("sft.lora"));
    // Adapters have another default learning rate: the defaults follow the change.
    assertThat(
            control.api.retrainRun(request.build()).getRun().getSpec().getSft().getLearningRate())
        .isEqualTo(2e-4);
  }

  @Test
  void aRepeatedRequestKeepsWhatTheFirstCouldNotKeep() throws IOException {
    CreateRunRequest request =
        CreateRunRequest.newBuilder()
            .setSpec(ControlHarness.spec("waits"))
            .setRequestId("order-2")
            .build();
    String runId = control.api.createRun(request).getRun().getRunId();
    // As if Temporal had accepted the start and its response was late.
    Store.open(control.storeUri).delete(control.storeUri + "/runs/" + runId + "/asked.json");
    CreateRunRequest other =
        request.toBuilder().setSpec(request.getSpec().toBuilder().setSeed(1)).build();

    assertThat(code(() -> control.api.createRun(other))).isEqualTo(Status.Code.ALREADY_EXISTS);
    assertThat(control.api.createRun(request).getRun().getRunId()).isEqualTo(runId);

    assertThat(read(runId, "asked.json")).isEqualTo(ProtoJson.print(ControlHarness.spec("waits")));
  }

  @Test
  void aRunThatNeverRecordedItsEndHasFailed() throws IOException {
    write(Run.newBuilder().setRunId("lost-1").setPhase(RunPhase.RUN_PHASE_RUNNING).build());
    Run lost = control.awaitEnd("lost-1");
    assertThat(lost.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
    assertThat(lost.getFailure().getMessage()).contains("last recorded as RUNNING");
    assertThat(
            code(
                () ->
                    control.api.cancelRun(
                        CancelRunRequest.newBuilder().setRunId("lost-1").build())))
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
  }

  @Test
  void aRecordThatCannotBeReadIsNotAMissingRun() throws IOException {
    write("torn-1", "run.json", "{");
    assertThat(code(() -> control.get("torn-1"))).isEqualTo(Status.Code.DATA_LOSS);
  }

  @Test
  void listsEachRunOnceByPages() throws Exception {
    List<String> expected = new ArrayList<>(List.of("known-1"));
    for (int day = 30; day >= 1; day--) {
      write(ended("old-" + day, day));
      expected.add("old-" + day);
    }
    write(ended("known-1", 31));
    control.visibility.known.add("known-1");
    control.visibility.response =
        ListWorkflowExecutionsResponse.newBuilder()
            .addExecutions(
                WorkflowExecutionInfo.newBuilder()
                    .setExecution(WorkflowExecution.newBuilder().setWorkflowId("known-1"))
                    .setType(WorkflowType.newBuilder().setName("Run"))
                    .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED))
            .build();
    awaitIndexed(31);

    assertThat(pages(7, List.of())).isEqualTo(expected);
    assertThat(pages(31, List.of())).isEqualTo(expected);
    assertThat(pages(1, List.of())).isEqualTo(expected);
  }

  @Test
  void aRunThatVisibilityDoesNotListYetIsNotForgotten() throws Exception {
    String live = control.create("waits").getRunId();
    Run running = control.watchUntil(live, run -> run.getStagesCount() == 1);
    write(running);
    write(ended("lost-1", 3).toBuilder().setPhase(RunPhase.RUN_PHASE_RUNNING).build());
    awaitIndexed(2);

    Run listed =
        control.api.listRuns(ListRunsRequest.newBuilder().setPageSize(1).build()).getRuns(0);
    assertThat(listed.getRunId()).isEqualTo(live);
    assertThat(listed.getPhase()).isEqualTo(RunPhase.RUN_PHASE_RUNNING);
    assertThat(pages(1, List.of())).containsExactly(live, "lost-1");
    assertThat(pages(10, List.of(RunPhase.RUN_PHASE_FAILED))).containsExactly("lost-1");
    assertThat(pages(10, List.of(RunPhase.RUN_PHASE_FAILED, RunPhase.RUN_PHASE_RUNNING)))
        .containsExactly(live, "lost-1");
  }

  @Test
  void listsForgottenRunsByPhase() throws Exception {
    write(ended("good-1", 1));
    write(ended("bad-1", 2).toBuilder().setPhase(RunPhase.RUN_PHASE_FAILED).build());
    write(ended("lost-1", 3).toBuilder().setPhase(RunPhase.RUN_PHASE_RUNNING).build());
    awaitIndexed(3);

    assertThat(pages(10, List.of(RunPhase.RUN_PHASE_SUCCEEDED))).containsExactly("good-1");
    assertThat(pages(10, List.of(RunPhase.RUN_PHASE_FAILED))).containsExactly("lost-1", "bad-1");
    assertThat(pages(10, List.of(RunPhase.RUN_PHASE_RUNNING))).isEmpty();
  }

  private List<String> pages(int size, List<RunPhase> phases) {
    List<String> ids = new ArrayList<>();
    ListRunsRequest.Builder request =
        ListRunsRequest.newBuilder().setPageSize(size).addAllPhases(phases);
    ListRunsResponse page;
    do {
      page = control.api.listRuns(request.build());
      page.getRunsList().forEach(run -> ids.add(run.getRunId()));
      request.setPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    return ids;
  }

  /** A listing may be some milliseconds older than the last write. */
  private void awaitIndexed(int runs) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (pages(1000, List.of()).size() < runs && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  private static Run ended(String runId, int day) {
    return Run.newBuilder()
        .setRunId(runId)
        .setPhase(RunPhase.RUN_PHASE_SUCCEEDED)
        .setCreatedAt(Timestamps.fromSeconds(day * 86_400L))
        .build();
  }

  private void write(Run run) throws IOException {
    write(run.getRunId(), "run.json", ProtoJson.print(run));
  }

  private void write(String runId, String name, String text) throws IOException {
    Store.open(control.storeUri)
        .write(
            control.storeUri + "/runs/" + runId + "/" + name,
            output -> output.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private String read(String runId, String name) throws IOException {
    try (java.io.InputStream input =
        Store.open(control.storeUri).read(control.storeUri + "/runs/" + runId + "/" + name)) {
      return new String(input.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Status.Code code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(thrown).isNotNull();
    return thrown.getStatus().getCode();
  }
}
