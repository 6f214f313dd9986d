package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.retort.rows.RowStageWorkflow;
import io.retort.run.ApprovalAnswer;
import io.retort.run.RunSearchAttributes;
import io.retort.run.RunWorkflow;
import io.retort.training.TrainerActivities;
import io.retort.v1.Approval;
import io.retort.v1.ApprovalState;
import io.retort.v1.GateAction;
import io.retort.v1.GateFinding;
import io.retort.v1.GateResult;
import io.retort.v1.Pause;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ReleaseSummary;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RowStageRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainerJob;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ApplicationFailure;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;

/**
 * A run whose name selects its behaviour: "succeeds", "fails", "trains", "queues", "curates",
 * "waits" or "awaits", which ends once its approval is decided.
 */
public final class StubRunWorkflow implements RunWorkflow {
  private final Run.Builder run;

  @WorkflowInit
  public StubRunWorkflow(RunRequest request) {
    run =
        Run.newBuilder()
            .setRunId(request.getRunId())
            .setSpec(request.getSpec())
            .setOriginRunId(request.getOriginRunId())
            .putAllLabels(request.getLabelsMap())
            .setNote(request.getNote())
            .setCreatedBy(request.getCreatedBy())
            .setPhase(RunPhase.RUN_PHASE_QUEUED)
            .setCreatedAt(Timestamps.fromMillis(Workflow.currentTimeMillis()));
  }

  @Override
  public Run run(RunRequest request) {
    switch (request.getSpec().getName()) {
      case "fails" -> throw ApplicationFailure.newNonRetryableFailure("broken", "USER/BROKEN");
      case "trains" -> train(ActivityOptions.newBuilder());
      case "queues" -> train(ActivityOptions.newBuilder().setTaskQueue("without-workers"));
      case "curates" -> curate(request);
      case "waits" -> {
        enter(Stage.STAGE_INGEST, "rows", 0);
        Workflow.await(() -> false);
      }
      case "awaits" -> {
        enter(Stage.STAGE_RELEASE, "files", 4);
        run.getSummaryBuilder().setRelease(asked());
        Workflow.await(() -> approval() != ApprovalState.APPROVAL_STATE_WAITING);
      }
      case "asks" -> {
        enter(Stage.STAGE_RELEASE, "files", 4);
        run.setPhase(RunPhase.RUN_PHASE_AWAITING_APPROVAL).getSummaryBuilder().setRelease(asked());
        Workflow.upsertTypedSearchAttributes(
            RunSearchAttributes.PHASE.valueSet("AWAITING_APPROVAL"));
        Workflow.await(() -> approval() != ApprovalState.APPROVAL_STATE_WAITING);
      }
      default -> enter(Stage.STAGE_INGEST, "rows", 3);
    }
    run.getStagesBuilder(run.getStagesCount() - 1).setPhase(RunPhase.RUN_PHASE_SUCCEEDED);
    run.setPhase(RunPhase.RUN_PHASE_SUCCEEDED);
    return run.build();
  }

  @Override
  public Run getRun() {
    return run.build();
  }

  @Override
  public Run pause(PauseRunRequest request) {
    run.setPhase(RunPhase.RUN_PHASE_PAUSED)
        .setPause(Pause.newBuilder().setMessage(request.getReason()));
    return run.build();
  }

  @Override
  public void checkPause(PauseRunRequest request) {}

  @Override
  public Run resume(ResumeRunRequest request) {
    run.setPhase(RunPhase.RUN_PHASE_RUNNING).clearPause();
    return run.build();
  }

  /** The run has spent three. */
  @Override
  public void checkResume(ResumeRunRequest request) {
    if (request.hasBudget() && request.getBudget() < 3) {
      throw ApplicationFailure.newNonRetryableFailure("3 is spent", "USER/BUDGET_TOO_SMALL");
    }
  }

  @Override
  public Run setBudget(SetRunBudgetRequest request) {
    return run.setBudget(request.getBudget()).build();
  }

  @Override
  public void checkSetBudget(SetRunBudgetRequest request) {
    checkResume(ResumeRunRequest.newBuilder().setBudget(request.getBudget()).build());
  }

  @Override
  public Run approve(ApprovalAnswer answer) {
    return decide(ApprovalState.APPROVAL_STATE_APPROVED, answer);
  }

  /** The report's digest is "ab12". */
  @Override
  public void checkApprove(ApprovalAnswer answer) {
    if (!"ab12".equals(answer.reportDigest())) {
      throw ApplicationFailure.newNonRetryableFailure("another report", "USER/APPROVAL_REFUSED");
    }
  }

  @Override
  public Run reject(ApprovalAnswer answer) {
    return decide(ApprovalState.APPROVAL_STATE_REJECTED, answer);
  }

  @Override
  public void checkReject(ApprovalAnswer answer) {
    checkApprove(answer);
  }

  private static ReleaseSummary asked() {
    return ReleaseSummary.newBuilder()
        .setModel("smol")
        .setVersion(3)
        .setAlias("production")
        .setGate(
            GateResult.newBuilder()
                .setAction(GateAction.GATE_ACTION_ASK)
                .addFindings(
                    GateFinding.newBuilder()
                        .setSentence("math: cannot tell whether stage-2 is better")))
        .setApproval(
            Approval.newBuilder()
                .setState(ApprovalState.APPROVAL_STATE_WAITING)
                .setReportUri("file:///report/approval.html")
                .setReportDigest("ab12")
                .setDeadline(Timestamps.fromSeconds(4_000_000_000L)))
        .build();
  }

  private ApprovalState approval() {
    return run.getSummary().getRelease().getApproval().getState();
  }

  private Run decide(ApprovalState state, ApprovalAnswer answer) {
    run.getSummaryBuilder()
        .getReleaseBuilder()
        .getApprovalBuilder()
        .setState(state)
        .setActor(answer.actor() == null ? "" : answer.actor())
        .setNote(answer.note() == null ? "" : answer.note());
    return run.build();
  }

  private void train(ActivityOptions.Builder options) {
    enter(Stage.STAGE_SFT, "steps", 0);
    Workflow.newActivityStub(
            TrainerActivities.class,
            options
                .setStartToCloseTimeout(Duration.ofMinutes(5))
                .setHeartbeatTimeout(Duration.ofMinutes(5))
                .build())
        .runTrainerJob(TrainerJob.newBuilder().setRunId(run.getRunId()).build());
  }

  private void curate(RunRequest request) {
    enter(Stage.STAGE_CURATE, "rows", 100);
    Workflow.newChildWorkflowStub(
            RowStageWorkflow.class,
            ChildWorkflowOptions.newBuilder()
                .setWorkflowId(RowStageWorkflow.id(request.getRunId(), Stage.STAGE_CURATE))
                .build())
        .run(RowStageRequest.newBuilder().setShards(2).build());
  }

  private void enter(Stage stage, String unit, long total) {
    run.setPhase(RunPhase.RUN_PHASE_RUNNING)
        .addStages(
            StageProgress.newBuilder()
                .setStage(stage)
                .setPhase(RunPhase.RUN_PHASE_RUNNING)
                .setStartedAt(Timestamps.fromMillis(Workflow.currentTimeMillis()))
                .setUnit(unit)
                .setTotal(total)
                .setEtaSeconds(-1));
    Workflow.upsertTypedSearchAttributes(
        RunSearchAttributes.PHASE.valueSet("RUNNING"),
        RunSearchAttributes.STAGE.valueSet(stage.name().replace("STAGE_", "")));
  }
}
