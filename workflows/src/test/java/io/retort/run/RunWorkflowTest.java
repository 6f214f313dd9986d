package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.failure.Failures;
import io.retort.v1.ExportSummary;
import io.retort.v1.FailureCategory;
import io.retort.v1.LastStage;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.TrainerJob;
import io.temporal.activity.Activity;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.util.concurrent.CountDownLatch;
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
            Stage.STAGE_RELEASE);
    assertThat(run.getStagesList())
        .extracting(StageProgress::getPhase)
        .containsOnly(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getSummary().getScoresList())
        .extracting(Score::getModel)
        .containsExactly("base", "stage-1", "stage-2");
    assertThat(run.getSummary().getRelease().getReportUri())
        .isEqualTo("file:///store/runs/r/report/index.html");
    assertThat(run.getSummary().getExport().getPairs()).isEqualTo(5);
    assertThat(activities.records).last().isEqualTo(run);
  }

  @Test
  void aRunThatEndsWithPairsTrainsNothingAndExportsThem() {
    Run run = environment.newRun().run(request(LastStage.LAST_STAGE_PAIR));

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getStagesList())
        .extracting(StageProgress::getStage)
        .containsExactly(Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_PAIR);
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
        .containsExactly(Stage.STAGE_INGEST, Stage.STAGE_CURATE);
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
          heartbeatUntilCancelled();
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

  private TrainerJob job(String name) {
    return activities.jobs.stream()
        .filter(job -> job.getJobName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Ends by the exception that a cancelled activity's heartbeat throws. */
  private static void heartbeatUntilCancelled() throws ActivityCompletionException {
    while (true) {
      Activity.getExecutionContext().heartbeat(null);
      Thread.onSpinWait();
    }
  }
}
