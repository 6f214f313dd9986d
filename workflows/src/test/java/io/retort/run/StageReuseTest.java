package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.failure.Failures;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunShardResponse;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StageReuseTest {
  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void theSameRunAgainTakesEveryResultOver() {
    Run first = run("first", spec -> {});
    int shards = activities.finishedShards.get();
    int jobs = activities.jobs.size();
    Run second = run("second", spec -> {});

    assertThat(first.getStagesList())
        .extracting(StageProgress::getReuse)
        .containsOnly(StageReuse.STAGE_REUSE_RUN);
    assertThat(hits(second)).containsExactlyElementsOf(RunStages.of(second.getSpec()));
    assertThat(second.getStagesList())
        .extracting(StageProgress::getMadeByRunId)
        .containsOnly("first");
    assertThat(activities.finishedShards).hasValue(shards);
    assertThat(activities.jobs).hasSize(jobs);
    assertThat(second.getSummary().toBuilder().clearReportUri().build())
        .isEqualTo(first.getSummary().toBuilder().clearReportUri().build());
    assertThat(activities.reports).as("each run has its own").hasValue(2);
    assertThat(activities.aliases).as("each run moves it").hasSize(2);
  }

  @Test
  void anotherLearningRateOfStageTwoRunsWhatDependsOnIt() {
    run("first", spec -> {});
    Run second = run("second", spec -> spec.getCogpoBuilder().setLearningRate(1e-5));

    assertThat(hits(second))
        .containsExactly(
            Stage.STAGE_INGEST,
            Stage.STAGE_CURATE,
            Stage.STAGE_SFT,
            Stage.STAGE_PAIR,
            Stage.STAGE_EXPORT);
  }

  @Test
  void moreRoundsOfCurationRunEverythingButIngest() {
    run("first", spec -> {});
    Run second = run("second", spec -> spec.getCurationBuilder().setMaxRounds(5));

    assertThat(hits(second)).containsExactly(Stage.STAGE_INGEST);
  }

  @Test
  void whatChangesNoResultRunsNothing() {
    run("first", spec -> {});
    Run second =
        run(
            "second",
            spec -> {
              spec.setTeam("other").setPriority(1);
              spec.getCurationBuilder().setShardsInFlight(1);
              spec.getReleaseBuilder().setAlias("best");
            });

    assertThat(hits(second)).hasSize(RunStages.ALL.size());
    assertThat(activities.aliases.get(1).getAlias()).isEqualTo("best");
    assertThat(second.getSummary().getRelease().getAlias()).isEqualTo("best");
  }

  @Test
  void aStageRunsAnewWhenItIsAskedTo() {
    run("first", spec -> {});
    RunRequest request =
        WorkflowEnvironment.request("second").toBuilder().addFreshStages(Stage.STAGE_SFT).build();
    Run second = environment.newRun("second").run(request);

    // The weights are the same again, so that later stages reuse their results.
    assertThat(hits(second))
        .containsExactlyElementsOf(
            RunStages.of(second.getSpec()).stream()
                .filter(stage -> stage != Stage.STAGE_SFT)
                .toList());
    assertThat(activities.stages.values())
        .filteredOn(record -> record.getStage() == Stage.STAGE_SFT)
        .singleElement()
        .satisfies(record -> assertThat(record.getRunId()).isEqualTo("second"));
  }

  @Test
  void whatARunThatFailedHasFinishedIsTakenOver() {
    activities.onTrainerJob =
        job -> {
          if (job.getJobName().equals("cogpo")) {
            throw Failures.user("TOO_MANY_TRUNCATED", "cogpo: too long");
          }
        };
    assertThatThrownBy(() -> run("first", spec -> {}))
        .hasStackTraceContaining("TOO_MANY_TRUNCATED");
    activities.onTrainerJob = job -> {};

    Run second = run("second", spec -> {});

    assertThat(hits(second))
        .containsExactly(Stage.STAGE_INGEST, Stage.STAGE_CURATE, Stage.STAGE_SFT, Stage.STAGE_PAIR);
  }

  @Test
  void aResultWhoseInputsChangedWhileItWasMadeIsForNoOtherRun() {
    activities.content = "before";
    activities.onIngest = request -> activities.content = "after";
    Run first = run("first", spec -> {});
    activities.onIngest = request -> {};
    activities.content = "before";
    Run second = run("second", spec -> {});

    assertThat(first.getStages(0).getDetail()).endsWith("its inputs changed in the meantime");
    assertThat(hits(second)).doesNotContain(Stage.STAGE_INGEST);
  }

  @Test
  void theStudentIsCheckedOnceWithTemplateAndData() {
    activities.warnings = List.of("too long");
    Run run =
        run(
            "first",
            spec -> {
              spec.getSftBuilder().setMaxTruncatedRatio(0.25);
              spec.getEvaluationBuilder().setMaxNewTokens(77);
              spec.getStudentBuilder().setSystemPrompt("Think.");
            });

    assertThat(run.getWarningsList()).containsExactly("too long");
    assertThat(activities.checks)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getTemplate().getSystemPrompt()).isEqualTo("Think.");
              assertThat(request.getTemplate().getMaxLength()).isEqualTo(128);
              assertThat(request.getMaxTruncatedRatio()).isEqualTo(0.25);
              assertThat(request.getMaxNewTokens()).isEqualTo(77);
              assertThat(request.getSourcesList())
                  .isEqualTo(run.getSpec().getData().getTrainList());
            });
  }

  @Test
  void whatTheClusterCannotHoldPausesARunBeforeAnythingIsPaidFor() {
    List<Integer> shards = new CopyOnWriteArrayList<>();
    activities.onResources =
        resources -> {
          shards.add(activities.finishedShards.get());
          if (shards.size() == 1) {
            throw Failures.resource("INFEASIBLE", "needs 8 GPU, cluster has 2");
          }
          if (shards.size() > 2) {
            throw Failures.platform("DRIVER_STOPPED", "nobody can tell", null);
          }
        };

    Run waited = run("first", spec -> spec.getResourcesBuilder().setGpus(8));
    Run untold = run("second", spec -> spec.getResourcesBuilder().setGpus(4));
    Run onCpus = run("third", spec -> {});

    assertThat(List.of(waited, untold, onCpus))
        .extracting(Run::getPhase)
        .containsOnly(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(shards.subList(0, 2)).containsExactly(0, 0);
    assertThat(shards).hasSize(3);
  }

  @Test
  void aModelOfTheHubStaysAtTheCommitThatTheRunBeganWith() {
    String folder = "file:///store/students/owner/name@c1";
    activities.onIngest = request -> activities.hubCommit = "c2";
    activities.onShard =
        request -> {
          assertThat(request.getContext().getRun().getSpec().getStudent().getModel())
              .isEqualTo(folder);
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };
    Run first = run("first", spec -> spec.getStudentBuilder().setModel("hf://owner/name"));

    assertThat(first.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(first.getSpec().getStudent().getModel()).isEqualTo("hf://owner/name");
    assertThat(activities.students.get(0)).isEqualTo("hf://owner/name");
    assertThat(activities.students.subList(1, activities.students.size()))
        .isNotEmpty()
        .containsOnly("hf://owner/name@c1");
    assertThat(activities.jobs)
        .filteredOn(job -> job.getJobName().equals("sft"))
        .extracting(job -> job.getTraining().getModelUri())
        .containsExactly(folder);
    assertThat(hits(run("second", spec -> spec.getStudentBuilder().setModel("hf://owner/name@c1"))))
        .contains(Stage.STAGE_SFT, Stage.STAGE_COGPO, Stage.STAGE_EVALUATE);
  }

  @Test
  void aStageSeesOnlyWhatItReadsAndWhatChangesNoResult() {
    activities.onShard =
        request -> {
          RunSpec seen = request.getContext().getRun().getSpec();
          assertThat(seen.hasSft()).isFalse();
          assertThat(seen.getTeam()).isEqualTo("team");
          return RunShardResponse.newBuilder().setRows(FakeActivities.ROWS_PER_SHARD).build();
        };

    Run run =
        run(
            "first",
            spec -> {
              spec.setTeam("team");
              spec.getSftBuilder().setLearningRate(1e-3);
            });

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
  }

  private Run run(String runId, Consumer<RunSpec.Builder> change) {
    RunRequest.Builder request = WorkflowEnvironment.request(runId).toBuilder();
    change.accept(request.getSpecBuilder());
    return environment.newRun(runId).run(request.build());
  }

  private static List<Stage> hits(Run run) {
    return run.getStagesList().stream()
        .filter(stage -> stage.getReuse() == StageReuse.STAGE_REUSE_HIT)
        .map(StageProgress::getStage)
        .toList();
  }
}
