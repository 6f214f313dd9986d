package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.v1.BenchmarkSpec;
import io.retort.v1.DataSource;
import io.retort.v1.EvaluatedModel;
import io.retort.v1.EvaluationSpec;
import io.retort.v1.InspectStudentRequest;
import io.retort.v1.ModelSpec;
import io.retort.v1.ResourceSpec;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Score;
import io.retort.v1.Stage;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.retort.v1.TrainerJob;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs that evaluate models and train none. */
@Timeout(60)
final class EvaluationRunTest {
  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void asksEveryModelEveryBenchmarkAndNothingElse() {
    Run run = run("first", spec -> {});

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(run.getStagesList())
        .extracting(StageProgress::getStage)
        .containsExactly(Stage.STAGE_EVALUATE);
    assertThat(activities.jobs)
        .extracting(TrainerJob::getJobName)
        .containsExactlyInAnyOrder("generate-one.unseen", "generate-two.unseen");
    assertThat(activities.jobs)
        .extracting(job -> job.getGeneration().getModelUri())
        .containsExactlyInAnyOrder("file:///models/one", "file:///store/students/owner/two@c1");
    assertThat(run.getSummary().getScoresList())
        .extracting(Score::getModel)
        .containsExactly("one", "two");
    assertThat(run.getSummary().getComparisonsCount()).isPositive();
    assertThat(run.getSummary().getReportUri()).isNotEmpty();
    assertThat(run.getSummary().hasRelease()).isFalse();
    assertThat(activities.aliases).isEmpty();
    assertThat(activities.checks).as("no student to check").isEmpty();
  }

  @Test
  void aModelStaysWhatItWasWhenTheRunBegan() {
    activities.onTrainerJob = job -> activities.hubCommit = "c2";
    Run run = run("first", spec -> {});

    assertThat(run.getSummary().getModelsList())
        .extracting(EvaluatedModel::getName, EvaluatedModel::getModel, EvaluatedModel::getPinnedUri)
        .containsExactly(
            tuple("one", "file:///models/one", ""),
            tuple("two", "hf://owner/two", "hf://owner/two@c1"));
    assertThat(run.getSummary().getModelsList())
        .allSatisfy(model -> assertThat(model.getSha256()).hasSize(64));
    assertThat(activities.inspected)
        .extracting(InspectStudentRequest::getField)
        .containsExactly(
            "models[0].model", "models[1].model", "models[0].model", "models[1].model");
    assertThat(activities.students)
        .containsExactly(
            "file:///models/one", "hf://owner/two", "file:///models/one", "hf://owner/two@c1");
    assertThat(activities.stages).as("a result for other runs").hasSize(1);
  }

  @Test
  void theSameModelsAgainAreTakenOverWhereverTheyAre() {
    run("first", spec -> {});
    int jobs = activities.jobs.size();

    Run again = run("second", spec -> spec.getModelsBuilder(1).setModel("hf://owner/two@c1"));
    Run others = run("third", spec -> spec.getModelsBuilder(0).setModel("file:///models/three"));

    assertThat(again.getStages(0).getReuse()).isEqualTo(StageReuse.STAGE_REUSE_HIT);
    assertThat(again.getSummary().getModels(1).getModel()).isEqualTo("hf://owner/two@c1");
    assertThat(others.getStages(0).getReuse()).isEqualTo(StageReuse.STAGE_REUSE_RUN);
    assertThat(activities.jobs).hasSize(2 * jobs);
  }

  @Test
  void aModelThatAnotherServerServesIsAskedThere() {
    Run run =
        run(
            "first",
            spec ->
                spec.getModelsBuilder(1)
                    .clearModel()
                    .getEndpointBuilder()
                    .setBaseUrl("http://h/v1")
                    .setModel("big"));

    assertThat(activities.students).containsOnly("file:///models/one");
    assertThat(run.getSummary().getModels(1).getEndpoint().getModel()).isEqualTo("big");
    assertThat(activities.jobs)
        .filteredOn(job -> job.getJobName().equals("generate-two.unseen"))
        .extracting(job -> job.getGeneration().getEngine().getEndpoint().getBaseUrl())
        .containsExactly("http://h/v1");
    assertThat(activities.jobs)
        .filteredOn(job -> job.getJobName().equals("generate-one.unseen"))
        .noneMatch(job -> job.getGeneration().getEngine().hasEndpoint());
  }

  @Test
  void answersCountAsDoneWhileTheyAreGraded() {
    Map<String, Long> done = new ConcurrentHashMap<>();
    activities.onScore =
        request -> {
          Run run = environment.client().newWorkflowStub(RunWorkflow.class, "first").getRun();
          done.put(request.getModel(), run.getStages(run.getStagesCount() - 1).getDone());
          assertThat(run.getStages(run.getStagesCount() - 1).getDone())
              .isGreaterThanOrEqualTo(request.getSamples().getRows());
        };
    Run run = run("first", spec -> {});

    assertThat(run.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(done).containsOnlyKeys("one", "two").doesNotContainValue(0L);
  }

  @Test
  void verdictsAreComparedWithTheOriginsWhereThatIsAsked() {
    Run plain = run("first", spec -> {});
    Run rescored =
        environment
            .newRun("second")
            .run(
                request("second", spec -> {}).toBuilder()
                    .setOriginRunId("first")
                    .setRescores(true)
                    .addFreshStages(Stage.STAGE_EVALUATE)
                    .build());

    assertThat(plain.getSummary().hasFlips()).isFalse();
    assertThat(rescored.getStages(0).getReuse()).isEqualTo(StageReuse.STAGE_REUSE_RUN);
    assertThat(activities.jobs)
        .extracting(job -> job.getGeneration().getReuseOnly())
        .as("answers are generated once")
        .containsExactly(false, false, true, true);
    assertThat(rescored.getSummary().getFlips().getRunId()).isEqualTo("first");
    assertThat(rescored.getSummary().getFlips().getCompared()).isEqualTo(2);
    assertThat(activities.findings).containsExactly("flips");
  }

  @Test
  void aTrainedRunThatIsGradedAnewReleasesNothing() {
    Run trained = environment.newRun("first").run(WorkflowEnvironment.request("first"));
    Run rescored =
        environment
            .newRun("second")
            .run(
                WorkflowEnvironment.request("second").toBuilder()
                    .setOriginRunId("first")
                    .setRescores(true)
                    .addFreshStages(Stage.STAGE_EVALUATE)
                    .build());

    assertThat(rescored.getPhase()).isEqualTo(RunPhase.RUN_PHASE_SUCCEEDED);
    assertThat(rescored.getStagesList())
        .extracting(StageProgress::getStage)
        .endsWith(Stage.STAGE_COGPO, Stage.STAGE_EVALUATE);
    assertThat(rescored.getSummary().hasRelease()).isFalse();
    assertThat(rescored.getSummary().getFlips().getCompared())
        .isEqualTo(trained.getSummary().getScoresCount());
    assertThat(activities.aliases).as("of the first run").hasSize(1);
  }

  @Test
  void whatIsGradedAnewNeitherAsksTheJudgeNorTrains() {
    environment.newRun("first").run(WorkflowEnvironment.request("first"));
    int jobs = activities.jobs.size();
    int shards = activities.finishedShards.get();
    activities.content = "changed";

    assertThatThrownBy(
            () ->
                environment
                    .newRun("second")
                    .run(
                        WorkflowEnvironment.request("second").toBuilder()
                            .setOriginRunId("first")
                            .setRescores(true)
                            .addFreshStages(Stage.STAGE_EVALUATE)
                            .build()))
        .hasStackTraceContaining("USER/STAGE_NOT_REUSABLE")
        .hasStackTraceContaining(
            "stage ingest of run first: its result is not in the store for these inputs and this"
                + " version (expected: a result to reuse, as only answers are graded anew; to make"
                + " it again: retort runs retrain first --fresh evaluate)");
    assertThat(activities.jobs).hasSize(jobs);
    assertThat(activities.finishedShards.get()).isEqualTo(shards);
  }

  @Test
  void aPublishedModelIsCalibratedAlsoWhereItsScoresAreReused() {
    Run plain = run("first", spec -> {});
    Run calibrated = run("second", spec -> spec.getModelsBuilder(0).setPublished("owner/one"));

    assertThat(plain.getSummary().getCalibrationsCount()).isZero();
    assertThat(calibrated.getStages(0).getReuse()).isEqualTo(StageReuse.STAGE_REUSE_HIT);
    assertThat(calibrated.getSummary().getCalibrationsList())
        .singleElement()
        .satisfies(
            calibration -> {
              assertThat(calibration.getRunId()).isEqualTo("second");
              assertThat(calibration.getCodeVersion()).startsWith("evaluate stage ");
            });
    assertThat(activities.findings).containsExactly("calibrations");
  }

  private Run run(String runId, Consumer<RunSpec.Builder> change) {
    return environment.newRun(runId).run(request(runId, change));
  }

  private static RunRequest request(String runId, Consumer<RunSpec.Builder> change) {
    RunSpec.Builder spec =
        RunSpec.newBuilder()
            .setName("eval")
            .setSeed(7)
            .setPatienceSeconds(86_400)
            .addModels(ModelSpec.newBuilder().setName("one").setModel("file:///models/one"))
            .addModels(ModelSpec.newBuilder().setName("two").setModel("hf://owner/two"))
            .setEvaluation(
                EvaluationSpec.newBuilder()
                    .addBenchmarks(
                        BenchmarkSpec.newBuilder()
                            .setName("unseen")
                            .setSamples(4)
                            .setSource(DataSource.newBuilder().setPath("file:///data/eval.jsonl"))))
            .setResources(
                ResourceSpec.newBuilder()
                    .setWaitingDeadlineSeconds(60)
                    .setActiveDeadlineSeconds(3600));
    change.accept(spec);
    return RunRequest.newBuilder()
        .setRunId(runId)
        .setStoreUri("file:///store")
        .setSpec(spec)
        .build();
  }
}
