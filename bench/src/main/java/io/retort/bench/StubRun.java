package io.retort.bench;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.run.ApprovalAnswer;
import io.retort.run.RunSearchAttributes;
import io.retort.run.RunWorkflow;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInit;
import java.time.Duration;

/**
 * A run that does no work. One named {@link #TICKS} changes at a steady pace, and its stage's
 * detail is the time of the last change in milliseconds; any other ends at once.
 */
public final class StubRun implements RunWorkflow {
  static final String TICKS = "ticks";
  static final Duration TICK = Duration.ofSeconds(2);

  private static final int MOST_TICKS = 1000;

  private final Run.Builder run;

  @WorkflowInit
  public StubRun(RunRequest request) {
    run =
        Run.newBuilder()
            .setRunId(request.getRunId())
            .setSpec(request.getSpec())
            .setPhase(RunPhase.RUN_PHASE_QUEUED)
            .setCreatedAt(now());
  }

  @Override
  public Run run(RunRequest request) {
    run.setPhase(RunPhase.RUN_PHASE_RUNNING)
        .addStages(
            StageProgress.newBuilder()
                .setStage(Stage.STAGE_INGEST)
                .setPhase(RunPhase.RUN_PHASE_RUNNING)
                .setStartedAt(now())
                .setTotal(MOST_TICKS));
    Workflow.upsertTypedSearchAttributes(RunSearchAttributes.PHASE.valueSet("RUNNING"));
    if (request.getSpec().getName().equals(TICKS)) {
      for (int tick = 1; tick <= MOST_TICKS; tick++) {
        Workflow.sleep(TICK);
        run.getStagesBuilder(0)
            .setDone(tick)
            .setDetail(String.valueOf(Workflow.currentTimeMillis()));
      }
    }
    run.setPhase(RunPhase.RUN_PHASE_SUCCEEDED).setFinishedAt(now());
    return run.build();
  }

  @Override
  public Run getRun() {
    return run.build();
  }

  @Override
  public Run pause(PauseRunRequest request) {
    return run.build();
  }

  @Override
  public void checkPause(PauseRunRequest request) {}

  @Override
  public Run resume(ResumeRunRequest request) {
    return run.build();
  }

  @Override
  public void checkResume(ResumeRunRequest request) {}

  @Override
  public Run setBudget(SetRunBudgetRequest request) {
    return run.build();
  }

  @Override
  public void checkSetBudget(SetRunBudgetRequest request) {}

  @Override
  public Run approve(ApprovalAnswer answer) {
    return run.build();
  }

  @Override
  public void checkApprove(ApprovalAnswer answer) {}

  @Override
  public Run reject(ApprovalAnswer answer) {
    return run.build();
  }

  @Override
  public void checkReject(ApprovalAnswer answer) {}

  private static Timestamp now() {
    return Timestamps.fromMillis(Workflow.currentTimeMillis());
  }
}
