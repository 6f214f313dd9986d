package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.Approval;
import io.retort.v1.ApprovalState;
import io.retort.v1.GateAction;
import io.retort.v1.GateCondition;
import io.retort.v1.GateSpec;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.WriteReportRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.worker.WorkerFactoryOptions;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gate that asks a person. No workflow is cached: each of its tasks is a worker's first. */
@Timeout(60)
final class ApprovalRunTest {
  private static final int DEADLINE_SECONDS = 3600;

  private final WorkflowEnvironment environment =
      new WorkflowEnvironment(WorkerFactoryOptions.newBuilder().setWorkflowCacheSize(0).build());
  private final FakeActivities activities = environment.activities;
  private final RunWorkflow workflow = environment.newRun();

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void theAliasMovesOnceAPersonHasApproved() {
    Run waiting = startAndAwait();

    Approval asked = approval(waiting);
    assertThat(asked.getState()).isEqualTo(ApprovalState.APPROVAL_STATE_WAITING);
    assertThat(asked.getReportDigest()).isEqualTo(FakeActivities.REPORT_DIGEST);
    assertThat(Timestamps.between(asked.getAskedAt(), asked.getDeadline()).getSeconds())
        .isEqualTo(DEADLINE_SECONDS);
    assertThat(activities.aliases).isEmpty();
    assertThat(activities.reportRequests)
        .extracting(WriteReportRequest::getForApproval)
        .containsExactly(true);

    workflow.approve(new ApprovalAnswer(FakeActivities.REPORT_DIGEST, "ada", "reads well"));

    Run run = result();
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getSummary().getRelease().getGate().getAction())
        .isEqualTo(GateAction.GATE_ACTION_RELEASE);
    assertThat(run.getSummary().getRelease().getAlias()).isEqualTo("latest");
    assertThat(approval(run).getState()).isEqualTo(ApprovalState.APPROVAL_STATE_APPROVED);
    assertThat(approval(run).getActor()).isEqualTo("ada");
    assertThat(approval(run).getNote()).isEqualTo("reads well");
    assertThat(approval(run).hasDecidedAt()).isTrue();
    assertThat(activities.aliases).hasSize(1);
    // The last report tells who decided; the approved one stays as it was.
    assertThat(activities.reportRequests)
        .extracting(WriteReportRequest::getForApproval)
        .containsExactly(true, false);
    assertThat(approval(activities.reportRequests.get(1).getRun()).getActor()).isEqualTo("ada");
    assertThat(activities.records)
        .extracting(Run::getPhase)
        .contains(RunPhase.RUN_PHASE_AWAITING_APPROVAL);
  }

  @Test
  void aRejectedVersionStaysPublishedWithoutItsAlias() {
    startAndAwait();

    workflow.reject(new ApprovalAnswer(FakeActivities.REPORT_DIGEST, "ada", "too short"));

    Run run = result();
    assertHeld(run);
    assertThat(approval(run).getState()).isEqualTo(ApprovalState.APPROVAL_STATE_REJECTED);
    assertThat(approval(run).getNote()).isEqualTo("too short");
  }

  @Test
  void nobodyAnswersBeforeTheDeadline() {
    Run run = workflow.run(request());

    assertHeld(run);
    assertThat(approval(run).getState()).isEqualTo(ApprovalState.APPROVAL_STATE_EXPIRED);
    assertThatThrownBy(
            () -> workflow.approve(new ApprovalAnswer(FakeActivities.REPORT_DIGEST, "ada", "")))
        .isNotNull();
  }

  @Test
  void anAnswerAboutAnotherReportOrWithoutItsAuthorIsRefused() {
    startAndAwait();

    assertRefused(new ApprovalAnswer("2".repeat(64), "ada", ""), "report_digest: 22222");
    assertRefused(new ApprovalAnswer(null, "ada", null), "report_digest: not set (expected: 1111");
    assertRefused(
        new ApprovalAnswer(FakeActivities.REPORT_DIGEST, null, null),
        "actor: 0 characters (expected: 1 to 100)");
    assertRefused(
        new ApprovalAnswer(FakeActivities.REPORT_DIGEST, "ada", "x".repeat(1001)),
        "note: 1001 characters (expected: 0 to 1000)");
    assertThat(workflow.getRun().getPhase()).isEqualTo(RunPhase.RUN_PHASE_AWAITING_APPROVAL);
  }

  @Test
  void theTemporalUiAnswersWithPlainJson() {
    startAndAwait();

    Run approved =
        WorkflowStub.fromTyped(workflow)
            .update(
                RunWorkflow.APPROVE,
                Run.class,
                Map.of("reportDigest", FakeActivities.REPORT_DIGEST, "actor", "ada"));

    assertThat(approval(approved).getActor()).isEqualTo("ada");
    assertThat(result().getSummary().getRelease().getAlias()).isEqualTo("latest");
  }

  @Test
  void aRunThatAsksNobodyRefusesAnswers() {
    activities.onTrainerJob =
        job ->
            assertRefused(
                new ApprovalAnswer(FakeActivities.REPORT_DIGEST, "ada", ""),
                "RUNNING (expected: AWAITING_APPROVAL)");

    assertThat(workflow.run(request()).getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  @Test
  void aPauseDoesNotLoseTheQuestion() {
    startAndAwait();

    assertThat(workflow.pause(PauseRunRequest.getDefaultInstance()).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    workflow.resume(ResumeRunRequest.getDefaultInstance());
    await(RunPhase.RUN_PHASE_AWAITING_APPROVAL);
    workflow.pause(PauseRunRequest.getDefaultInstance());
    workflow.approve(new ApprovalAnswer(FakeActivities.REPORT_DIGEST, "ada", ""));
    assertThat(workflow.getRun().getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(activities.aliases).isEmpty();
    workflow.resume(ResumeRunRequest.getDefaultInstance());

    assertThat(result().getSummary().getRelease().getAlias()).isEqualTo("latest");
  }

  @Test
  void aRunThatIsCancelledMeanwhileIsNotApproved() {
    startAndAwait();

    WorkflowStub.fromTyped(workflow).cancel();

    assertThatThrownBy(this::result).isInstanceOf(WorkflowFailedException.class);
    Run run = activities.records.get(activities.records.size() - 1);
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(approval(run).getState()).isEqualTo(ApprovalState.APPROVAL_STATE_WITHDRAWN);
    assertThat(activities.aliases).isEmpty();
  }

  static RunRequest request() {
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request
        .getSpecBuilder()
        .getReleaseBuilder()
        .setAlias("latest")
        .setGate(
            GateSpec.newBuilder()
                .setCannotTell(GateAction.GATE_ACTION_ASK)
                .setOtherwise(GateAction.GATE_ACTION_HOLD)
                .setApprovalDeadlineSeconds(DEADLINE_SECONDS)
                .addConditions(GateCondition.newBuilder().setBenchmark("unseen")));
    return request.build();
  }

  private void assertRefused(ApprovalAnswer answer, String message) {
    assertThatThrownBy(() -> workflow.approve(answer))
        .isInstanceOf(WorkflowUpdateException.class)
        .hasStackTraceContaining(message);
    assertThatThrownBy(() -> workflow.reject(answer))
        .isInstanceOf(WorkflowUpdateException.class)
        .hasStackTraceContaining(message);
  }

  private void assertHeld(Run run) {
    ReleaseSummary release = run.getSummary().getRelease();
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(release.getGate().getAction()).isEqualTo(GateAction.GATE_ACTION_HOLD);
    assertThat(release.getVersion()).isOne();
    assertThat(release.getAlias()).isEmpty();
    assertThat(activities.aliases).isEmpty();
  }

  private Run startAndAwait() {
    WorkflowClient.start(workflow::run, request());
    return await(RunPhase.RUN_PHASE_AWAITING_APPROVAL);
  }

  private Run await(RunPhase phase) {
    while (true) {
      Run run = workflow.getRun();
      if (run.getPhase() == phase) {
        return run;
      }
      environment.environment().sleep(Duration.ofSeconds(1));
    }
  }

  private Run result() {
    return WorkflowStub.fromTyped(workflow).getResult(Run.class);
  }

  private static Approval approval(Run run) {
    return run.getSummary().getRelease().getApproval();
  }
}
