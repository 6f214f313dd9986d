package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.failure.Failures;
import io.retort.rows.RowStageActivities;
import io.retort.rows.RowStageWorkflow;
import io.retort.v1.Comparison;
import io.retort.v1.ExportSummary;
import io.retort.v1.FailureCategory;
import io.retort.v1.LastStage;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.RowStageResponse;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainerJob;
import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class RunWorkflowTest {
  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void everyStageRunsInOrderAndTheRecordIsTerminal() {
    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getStagesList())
        .extracting(StageProgress::getStage)
        .containsExactly(
            Stage.STAGE_INGEST,
            Stage.STAGE_CURATE,
            Stage.STAGE_SFT,
            Stage.STAGE_PAIR,
            Stage.STAGE_COGPO,
            Stage.STAGE_EVALUATE,
            Stage.STAGE_RELEASE,
            Stage.STAGE_EXPORT);
    assertThat(run.getStagesList())
        .extracting(StageProgress::getPhase)
        .containsOnly(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getSummary().getScoresList())
        .extracting(Score::getModel)
        .containsExactly("base", "stage-1", "stage-2");
    assertThat(run.getSummary().getComparisonsList())
        .as("of the three scores")
        .extracting(Comparison::getProblems)
        .containsExactly(3L);
    assertThat(run.getSummary().getReportUri()).isEqualTo("file:///store/runs/r/report/index.html");
    assertThat(run.getSummary().getExport().getPairs()).isEqualTo(5);
    assertThat(activities.records).last().isEqualTo(run);
  }

  @Test
  void aBenchmarkThatLosesRowsFailsTheRunBeforeAnythingIsGenerated() {
    activities.onIngest =
        ingested -> {
          if (ingested.hasBenchmark()) {
            throw Failures.user("BENCHMARK_ROWS_LOST", ingested.getBenchmark().getName());
          }
        };

    assertThatThrownBy(() -> environment.newRun().run(WorkflowEnvironment.request()))
        .hasStackTraceContaining("USER/BENCHMARK_ROWS_LOST");
    assertThat(activities.jobs).noneMatch(TrainerJob::hasGeneration).isNotEmpty();
  }

  @Test
  void aRunThatEndsWithPairsTrainsNothingAndExportsThem() {
    Run run = environment.newRun().run(request(LastStage.LAST_STAGE_PAIR));

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getStagesList())
        .extracting(StageProgress::getStage)
        .containsExactly(
            Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_PAIR, Stage.STAGE_EXPORT);
    assertThat(run.getSummary().getExport())
        .isEqualTo(
            ExportSummary.newBuilder()
                .setUri("file:///store/runs/r/export")
                .setSamples(30)
                .setPairs(5)
                .build());
    assertThat(run.getSummary().hasRelease()).isFalse();
    assertThat(activities.jobs).isEmpty();
    assertThat(activities.inspectedStudents).as("needs no student").hasValue(0);
    assertThat(activities.records).last().isEqualTo(run);
  }

  @Test
  void aRunThatEndsWithCurationMakesNoPairs() {
    Run run = environment.newRun().run(request(LastStage.LAST_STAGE_CURATE));

    assertThat(run.getStagesList())
        .extracting(StageProgress::getStage)
        .containsExactly(Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_EXPORT);
    assertThat(run.getSummary().hasPairing()).isFalse();
    assertThat(run.getSummary().getExport().getSamples()).isEqualTo(30);
    assertThat(run.getSummary().getExport().getPairs()).isZero();
  }

  @Test
  void cogpoStartsFromTheStageOneModelAndTheStageTwoModelIsReleased() {
    environment.newRun().run(WorkflowEnvironment.request());

    TrainerJob sft = job("sft");
    TrainerJob cogpo = job("cogpo");
    assertThat(sft.getTraining().getModelUri()).isEqualTo("file:///models/student");
    assertThat(cogpo.getTraining().getModelUri())
        .isEqualTo(sft.getTraining().getCheckpointsUri() + "/final");
    assertThat(job("export").getExport().getModelUri())
        .isEqualTo(cogpo.getTraining().getCheckpointsUri() + "/final");
    assertThat(sft.getSeed()).isEqualTo(7);
  }

  @Test
  void aUserFailureIsNotRetriedAndEndsTheRunWithItsCategory() {
    AtomicInteger attempts = new AtomicInteger();
    activities.onIngest =
        request -> {
          attempts.incrementAndGet();
          throw Failures.user("DATA_NOT_FOUND", "data.train[0].path: x (expected: a file)");
        };

    assertThatThrownBy(() -> environment.newRun().run(WorkflowEnvironment.request()))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isInstanceOfSatisfying(
            ApplicationFailure.class,
            failure -> assertThat(failure.getType()).isEqualTo("USER/DATA_NOT_FOUND"));
    assertThat(attempts).hasValue(1);
    Run last = activities.records.get(activities.records.size() - 1);
    assertThat(last.getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
    assertThat(last.getFailure().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_USER);
    assertThat(last.getFailure().getMessage())
        .isEqualTo("data.train[0].path: x (expected: a file)");
    assertThat(last.getStages(0).getPhase()).isEqualTo(RunPhase.RUN_PHASE_FAILED);
  }

  @Test
  void aPlatformFailureIsRetried() {
    AtomicInteger attempts = new AtomicInteger();
    activities.onTrainerJob =
        job -> {
          if (attempts.incrementAndGet() < 4) {
            throw Failures.platform("TRAINER_DIED", "actor died", null);
          }
        };

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(attempts).hasValueGreaterThan(4);
  }

  @Test
  void aCancelledRunIsRecordedAsCancelledOnceItsWorkHasStopped() throws Exception {
    CountDownLatch shardStarted = new CountDownLatch(1);
    activities.onShard =
        request -> {
          shardStarted.countDown();
          throw heartbeatUntilCancelled();
        };
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, WorkflowEnvironment.request());
    shardStarted.await();

    WorkflowStub stub = WorkflowStub.fromTyped(workflow);
    stub.cancel();

    assertThatThrownBy(() -> stub.getResult(Run.class))
        .isInstanceOf(WorkflowFailedException.class)
        .hasRootCauseInstanceOf(CanceledFailure.class);
    Run last = activities.records.get(activities.records.size() - 1);
    assertThat(last.getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(last.getStages(1).getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(activities.jobs).isEmpty();
  }

  private static RunRequest request(LastStage lastStage) {
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().setLastStage(lastStage);
    return request.build();
  }

  @Test
  void aPausedRowStageStopsItsShardsAndGoesOnWithThem() throws Exception {
    activities.shards = 5;
    CountDownLatch started = new CountDownLatch(2);
    AtomicBoolean stuck = new AtomicBoolean(true);
    Queue<Integer> asked = new ConcurrentLinkedQueue<>();
    activities.onShard =
        request -> {
          if (request.getContext().getStage() == Stage.STAGE_CURATE) {
            asked.add(request.getShard());
            if (request.getShard() > 0 && stuck.get()) {
              started.countDown();
              throw heartbeatUntilCancelled();
            }
          }
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, WorkflowEnvironment.request());
    started.await();

    Run paused = workflow.pause(PauseRunRequest.newBuilder().setReason("lunch").build());
    Run again = workflow.pause(PauseRunRequest.getDefaultInstance());

    assertThat(paused.getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(paused.getPause().getMessage()).startsWith("paused by a person: lunch");
    assertThat(paused.getPause().getCategory())
        .isEqualTo(FailureCategory.FAILURE_CATEGORY_UNSPECIFIED);
    assertThat(paused.getStages(1).getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(again).isEqualTo(paused);
    WorkflowStub.fromTyped(
            environment
                .client()
                .newWorkflowStub(
                    RowStageWorkflow.class,
                    RowStageWorkflow.id(WorkflowEnvironment.RUN_ID, Stage.STAGE_CURATE)))
        .getResult(RowStageResponse.class);
    stuck.set(false);
    Run resumed = workflow.resume(ResumeRunRequest.getDefaultInstance());
    assertThat(resumed.getPhase()).isEqualTo(RunPhase.RUN_PHASE_RUNNING);
    assertThat(resumed.hasPause()).isFalse();

    Run run = WorkflowStub.fromTyped(workflow).getResult(Run.class);
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(asked).containsExactlyInAnyOrder(0, 1, 2, 1, 2, 3, 4);
  }

  @Test
  void aPausedTrainerIsCancelledAndItsJobRunsAnew() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    AtomicInteger attempts = new AtomicInteger();
    activities.onTrainerJob =
        job -> {
          if (job.getJobName().equals("sft") && attempts.incrementAndGet() == 1) {
            started.countDown();
            ActivityCompletionException cancelled = heartbeatUntilCancelled();
            stopped.countDown();
            throw cancelled;
          }
        };
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, WorkflowEnvironment.request());
    started.await();

    workflow.pause(PauseRunRequest.getDefaultInstance());
    stopped.await();
    assertThat(workflow.getRun().getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    workflow.resume(ResumeRunRequest.getDefaultInstance());

    assertThat(WorkflowStub.fromTyped(workflow).getResult(Run.class).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(attempts).hasValue(2);
  }

  @Test
  void aPausedRunCanBeCancelled() throws Exception {
    CountDownLatch started = new CountDownLatch(1);
    activities.onShard =
        request -> {
          started.countDown();
          throw heartbeatUntilCancelled();
        };
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, WorkflowEnvironment.request());
    started.await();
    workflow.pause(PauseRunRequest.getDefaultInstance());

    WorkflowStub stub = WorkflowStub.fromTyped(workflow);
    stub.cancel();

    assertThatThrownBy(() -> stub.getResult(Run.class))
        .isInstanceOf(WorkflowFailedException.class)
        .hasRootCauseInstanceOf(CanceledFailure.class);
    Run last = activities.records.get(activities.records.size() - 1);
    assertThat(last.getPhase()).isEqualTo(RunPhase.RUN_PHASE_CANCELLED);
    assertThat(last.hasPause()).isFalse();
  }

  @Test
  void aSpentBudgetPausesTheRunUntilItIsRaised() {
    activities.shards = 4;
    // Each shard costs 10, and an attempt stops once it has spent what it may.
    Map<Integer, Double> costs = new ConcurrentHashMap<>();
    activities.onShard =
        request -> {
          if (request.getContext().getStage() == Stage.STAGE_PAIR) {
            return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
          }
          double cost = Math.min(10, request.getCostLimit() + 0.5);
          costs.merge(request.getShard(), cost, Math::max);
          if (cost < 10) {
            throw ApplicationFailure.newNonRetryableFailure(
                "spent", "BUDGET/" + RowStageActivities.ALLOWANCE_SPENT, cost);
          }
          return RunShardResponse.newBuilder()
              .setRows(FakeActivities.ROWS_PER_SHARD)
              .setCost(10)
              .build();
        };
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getJudgeBuilder().setBudget(22);
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, request.build());

    Run paused = awaitPhase(workflow, RunPhase.RUN_PHASE_PAUSED);

    assertThat(paused.getPause().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_BUDGET);
    assertThat(paused.getPause().getMessage())
        .startsWith("spent 2")
        .contains(
            "of judge.budget 22.0; raise it: retort runs resume " + WorkflowEnvironment.RUN_ID)
        .contains("--budget 44.0");
    double spent = costs.values().stream().mapToDouble(cost -> cost).sum();
    assertThat(spent).isBetween(22.0, 25.0);
    assertThatThrownBy(() -> workflow.resume(ResumeRunRequest.getDefaultInstance()))
        .isInstanceOf(WorkflowUpdateException.class)
        .hasStackTraceContaining("expected: a higher one");
    assertThatThrownBy(() -> workflow.resume(ResumeRunRequest.newBuilder().setBudget(20).build()))
        .isInstanceOf(WorkflowUpdateException.class)
        .hasStackTraceContaining("budget: 20.0 (expected: > 2");

    workflow.resume(ResumeRunRequest.newBuilder().setBudget(60).build());

    Run run = WorkflowStub.fromTyped(workflow).getResult(Run.class);
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(costs.values()).containsOnly(10.0);
  }

  @Test
  void aBudgetRaisedInTimePausesNothing() throws Exception {
    activities.shards = 1;
    RunWorkflow workflow = environment.newRun();
    CountDownLatch started = new CountDownLatch(1);
    CompletableFuture<Void> raised = new CompletableFuture<>();
    AtomicInteger attempts = new AtomicInteger();
    activities.onShard =
        request -> {
          if (request.getContext().getStage() == Stage.STAGE_CURATE
              && attempts.incrementAndGet() == 1) {
            started.countDown();
            raised.join();
            throw ApplicationFailure.newNonRetryableFailure(
                "spent",
                "BUDGET/" + RowStageActivities.ALLOWANCE_SPENT,
                request.getCostLimit() + 0.5);
          }
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getJudgeBuilder().setBudget(5);
    WorkflowClient.start(workflow::run, request.build());

    started.await();
    workflow.resume(ResumeRunRequest.newBuilder().setBudget(50).build());
    raised.complete(null);

    Run run = WorkflowStub.fromTyped(workflow).getResult(Run.class);
    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(attempts.get()).isEqualTo(2);
    assertThat(activities.records)
        .extracting(Run::getPhase)
        .doesNotContain(RunPhase.RUN_PHASE_PAUSED);
  }

  @Test
  void anExhaustedQuotaPausesTheRun() {
    AtomicInteger attempts = new AtomicInteger();
    activities.onShard =
        request -> {
          if (attempts.incrementAndGet() == 1) {
            throw Failures.toApplicationFailure(
                Failures.of(
                    FailureCategory.FAILURE_CATEGORY_BUDGET, "QUOTA_EXHAUSTED", "judge: no quota"),
                null);
          }
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getCurationBuilder().setShardsInFlight(1);
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, request.build());

    Run paused = awaitPhase(workflow, RunPhase.RUN_PHASE_PAUSED);
    assertThat(paused.getPause().getMessage()).contains("judge: no quota");
    workflow.resume(ResumeRunRequest.getDefaultInstance());

    assertThat(WorkflowStub.fromTyped(workflow).getResult(Run.class).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  @Test
  void promptFilesAreKeptBeforeAnythingElse() {
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().getJudgeBuilder().setPrompts("/prompts");
    environment.newRun().run(request.build());

    assertThat(activities.snapshots).hasValue(1);
  }

  private static Run awaitPhase(RunWorkflow workflow, RunPhase phase) {
    Run run = workflow.getRun();
    while (run.getPhase() != phase) {
      assertThat(run.hasFinishedAt()).as("%s", run.getFailure()).isFalse();
      run = workflow.getRun();
    }
    return run;
  }

  private TrainerJob job(String name) {
    return activities.jobs.stream()
        .filter(job -> job.getJobName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Ends with the exception that the heartbeat of a cancelled activity throws. */
  private static ActivityCompletionException heartbeatUntilCancelled() {
    while (true) {
      try {
        Activity.getExecutionContext().heartbeat(null);
      } catch (ActivityCompletionException e) {
        return e;
      }
      Thread.onSpinWait();
    }
  }
}
