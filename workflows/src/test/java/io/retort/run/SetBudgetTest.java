package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.rows.RowStageWorkflow;
import io.retort.v1.FailureCategory;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.SetRunBudgetRequest;
import io.retort.v1.Stage;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SetBudgetTest {
  private static final double COST = 10;

  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void aLowerBudgetReachesAStageThatIsUnderWayAndAHigherOneResumesNothing() throws Exception {
    activities.shards = 10;
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<Void> lowered = new CompletableFuture<>();
    activities.onShard =
        request -> {
          boolean curates = request.getContext().getStage() == Stage.STAGE_CURATE;
          if (curates) {
            started.countDown();
            lowered.join();
          }
          return RunShardResponse.newBuilder()
              .setRows(FakeActivities.ROWS_PER_SHARD)
              .setCost(curates ? COST : 0)
              .build();
        };
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getJudgeBuilder().setBudget(10_000);
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, request.build());
    assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();

    assertThat(workflow.setBudget(budget(50)).getBudget()).isEqualTo(50);
    awaitCancelled(RowStageWorkflow.id(WorkflowEnvironment.RUN_ID, Stage.STAGE_CURATE));
    lowered.complete(null);

    Run paused = awaitPaused(workflow);
    assertThat(paused.getPause().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_BUDGET);
    assertThat(paused.getPause().getMessage()).contains("of judge.budget 50.0");
    assertThat(paused.getSpent()).isGreaterThanOrEqualTo(50);
    assertThatThrownBy(() -> workflow.setBudget(budget(20)))
        .isInstanceOf(WorkflowUpdateException.class)
        .hasStackTraceContaining("budget: 20.0 (expected: > ");

    Run raised = workflow.setBudget(budget(10_000));
    assertThat(raised.getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(raised.getPause().getMessage())
        .endsWith("of judge.budget 10000.0; resume it: retort runs resume " + raised.getRunId());

    workflow.resume(ResumeRunRequest.getDefaultInstance());
    Run run = WorkflowStub.fromTyped(workflow).getResult(Run.class);
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getBudget()).isEqualTo(10_000);
  }

  @Test
  void aRunCarriesWhatItsRequestSays() {
    Run run =
        environment
            .newRun()
            .run(
                WorkflowEnvironment.request().toBuilder()
                    .putLabels("tier", "gold")
                    .setNote("a note")
                    .setCreatedBy("ann")
                    .build());
    assertThat(run.getLabelsMap()).containsEntry("tier", "gold");
    assertThat(run.getNote()).isEqualTo("a note");
    assertThat(run.getCreatedBy()).isEqualTo("ann");
    assertThat(activities.records).allSatisfy(one -> assertThat(one.getNote()).isEqualTo("a note"));
  }

  private static SetRunBudgetRequest budget(double budget) {
    return SetRunBudgetRequest.newBuilder().setBudget(budget).build();
  }

  /** Waits until the stage has asked its shards to stop. */
  private void awaitCancelled(String stage) {
    WorkflowClient client = environment.environment().getWorkflowClient();
    while (client.fetchHistory(stage).getEvents().stream()
        .noneMatch(
            event -> event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED)) {
      Thread.onSpinWait();
    }
  }

  private Run awaitPaused(RunWorkflow workflow) {
    Run run = workflow.getRun();
    while (run.getPhase() != RunPhase.RUN_PHASE_PAUSED) {
      assertThat(run.hasFinishedAt()).as("%s", run).isFalse();
      environment.environment().sleep(Duration.ofSeconds(1));
      run = workflow.getRun();
    }
    return run;
  }
}
