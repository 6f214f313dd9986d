package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.activity.ActivityPolicies;
import io.retort.failure.Failures;
import io.retort.training.TrainerActivities;
import io.retort.v1.FailureCategory;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.Stage;
import io.retort.v1.TrainerJob;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Faults that outlive their retries, in virtual time. */
@Timeout(60)
final class FaultPauseTest {
  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void aTrainerWithoutItsClusterForAnHourPausesTheRunWhichGoesOnByItself() {
    long until = environment.environment().currentTimeMillis() + Duration.ofHours(1).toMillis();
    activities.onTrainerJob = job -> failUntil(until);

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(activities.records)
        .filteredOn(record -> record.getPhase() == RunPhase.RUN_PHASE_PAUSED)
        .isNotEmpty()
        .allSatisfy(
            record -> {
              assertThat(record.getPause().getCategory())
                  .isEqualTo(FailureCategory.FAILURE_CATEGORY_PLATFORM);
              assertThat(record.getPause().getMessage())
                  .startsWith("PLATFORM/RAY_UNREACHABLE: no cluster (after 10 attempts); resumes")
                  .endsWith("retort runs resume " + WorkflowEnvironment.RUN_ID);
              assertThat(record.getPause().hasResumesAt()).isTrue();
            });
  }

  @Test
  void anEndpointThatIsAwayForTenMinutesLosesNoShard() {
    activities.shards = 5;
    AtomicInteger begun = new AtomicInteger();
    Map<String, Integer> finished = new ConcurrentHashMap<>();
    long[] until = new long[2];
    activities.onShard =
        request -> {
          boolean pair = request.getContext().getStage() == Stage.STAGE_PAIR;
          long now = environment.environment().currentTimeMillis();
          if (begun.incrementAndGet() > 2 && until[pair ? 1 : 0] == 0) {
            until[pair ? 1 : 0] = now + Duration.ofMinutes(10).toMillis();
          }
          failUntil(until[pair ? 1 : 0]);
          finished.merge(
              request.getContext().getStage() + "/" + request.getShard(), 1, Integer::sum);
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    // The in-memory server rejects the cancellation of an activity that has just ended.
    request.getSpecBuilder().getCurationBuilder().setShardsInFlight(1);

    Run run = environment.newRun().run(request.build());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(finished).hasSize(10).allSatisfy((shard, times) -> assertThat(times).isOne());
    assertThat(activities.records).extracting(Run::getPhase).contains(RunPhase.RUN_PHASE_PAUSED);
  }

  @Test
  void onceItsPatienceIsOverARunWaitsForAPerson() {
    activities.onTrainerJob = job -> failUntil(Long.MAX_VALUE);
    RunWorkflow workflow = environment.newRun();
    RunRequest.Builder request = WorkflowEnvironment.request().toBuilder();
    request.getSpecBuilder().setPatienceSeconds(3600);
    WorkflowClient.start(workflow::run, request.build());

    Run waiting = await(workflow, run -> run.hasPause() && !run.getPause().hasResumesAt());

    assertThat(waiting.getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(waiting.getPause().getMessage()).contains("no longer resumes automatically");
    activities.onTrainerJob = job -> {};
    workflow.resume(ResumeRunRequest.getDefaultInstance());
    assertThat(WorkflowStub.fromTyped(workflow).getResult(Run.class).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  @Test
  void aDeadlineOfTheSpecWaitsForAPerson() {
    AtomicInteger attempts = new AtomicInteger();
    activities.onTrainerJob =
        job -> {
          if (attempts.incrementAndGet() == 1) {
            throw ApplicationFailure.newNonRetryableFailure(
                "sft: did not end in 60 s", "TIMEOUT/" + TrainerActivities.ACTIVE_DEADLINE);
          }
        };
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, WorkflowEnvironment.request());

    Run paused = await(workflow, Run::hasPause);

    assertThat(paused.getPause().getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_TIMEOUT);
    assertThat(paused.getPause().hasResumesAt()).isFalse();
    workflow.resume(ResumeRunRequest.getDefaultInstance());
    assertThat(WorkflowStub.fromTyped(workflow).getResult(Run.class).getPhase())
        .isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  @Test
  void aPersonCanKeepARunPausedThatWouldGoOnByItself() {
    AtomicInteger attempts = new AtomicInteger();
    activities.onTrainerJob =
        job -> {
          attempts.incrementAndGet();
          failUntil(Long.MAX_VALUE);
        };
    RunWorkflow workflow = environment.newRun();
    WorkflowClient.start(workflow::run, WorkflowEnvironment.request());
    await(workflow, Run::hasPause);

    Run kept = workflow.pause(PauseRunRequest.newBuilder().setReason("maintenance").build());
    int before = attempts.get();
    environment.environment().sleep(Duration.ofHours(2));

    assertThat(kept.getPause().getMessage()).startsWith("paused by a person: maintenance");
    assertThat(kept.getPause().hasResumesAt()).isFalse();
    assertThat(workflow.getRun().getPhase()).isEqualTo(RunPhase.RUN_PHASE_PAUSED);
    assertThat(attempts).hasValue(before);
  }

  @Test
  void anEvaluationThatFaultsLetsTheOthersEndAndRunsAlone() {
    Map<String, Integer> begun = new ConcurrentHashMap<>();
    activities.onTrainerJob =
        job -> {
          if (job.hasGeneration()) {
            int times = begun.merge(job.getJobName(), 1, Integer::sum);
            if (job.getJobName().contains("stage-1") && times <= ActivityPolicies.ATTEMPTS) {
              throw Failures.platform("TRAINER_DIED", "actor died", null);
            }
          }
        };

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(begun.get("generate-base-unseen")).isOne();
    assertThat(begun.get("generate-stage-1-unseen")).isEqualTo(ActivityPolicies.ATTEMPTS + 1);
    assertThat(begun.get("generate-stage-2-unseen")).isOne();
    assertThat(run.getSummary().getScoresCount()).isEqualTo(3);
  }

  @Test
  void theAliasMovesAfterReportAndExport() {
    activities.onReport = () -> assertThat(activities.aliases).isEmpty();

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getSummary().hasExport()).isTrue();
    assertThat(activities.aliases).hasSize(1);
  }

  @Test
  void aRecordThatCannotBeWrittenChangesNoOutcome() {
    activities.onRecord =
        record -> {
          throw Failures.platform("STORE_FAILED", "no store", null);
        };

    Run run = environment.newRun().run(WorkflowEnvironment.request());

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(activities.aliases).hasSize(1);
  }

  @Test
  void aRecordThatCannotBeWrittenHidesNoCause() {
    activities.onIngest =
        request -> {
          throw Failures.user("DATA_NOT_FOUND", "data.train[0].path: x (expected: a file)");
        };
    activities.onRecord =
        record -> {
          throw Failures.platform("STORE_FAILED", "no store", null);
        };

    assertThatThrownBy(() -> environment.newRun().run(WorkflowEnvironment.request()))
        .isInstanceOf(WorkflowFailedException.class)
        .hasStackTraceContaining("USER/DATA_NOT_FOUND");
  }

  @Test
  void aFailedRunHasAReportAndItsRecordTellsThePhaseWhileItRuns() {
    activities.onTrainerJob =
        (TrainerJob job) -> {
          throw Failures.user("TOO_MANY_TRUNCATED", "sft: too long");
        };

    assertThatThrownBy(() -> environment.newRun().run(WorkflowEnvironment.request()))
        .isInstanceOf(WorkflowFailedException.class);

    assertThat(activities.reports).hasValue(1);
    assertThat(activities.records)
        .extracting(Run::getPhase)
        .startsWith(RunPhase.RUN_PHASE_QUEUED, RunPhase.RUN_PHASE_RUNNING)
        .endsWith(RunPhase.RUN_PHASE_RUNNING, RunPhase.RUN_PHASE_FAILED);
    Run last = activities.records.get(activities.records.size() - 1);
    assertThat(last.getSummary().getReportUri()).isNotEmpty();
  }

  private void failUntil(long millis) {
    if (environment.environment().currentTimeMillis() < millis) {
      throw Failures.platform("RAY_UNREACHABLE", "no cluster", null);
    }
  }

  /** Advances virtual time until the condition holds. */
  private Run await(RunWorkflow workflow, Predicate<Run> condition) {
    Run run = workflow.getRun();
    while (!condition.test(run)) {
      assertThat(run.hasFinishedAt()).as("%s", run.getFailure()).isFalse();
      environment.environment().sleep(Duration.ofMinutes(1));
      run = workflow.getRun();
    }
    return run;
  }
}
