package io.retort.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.run.FakeActivities;
import io.retort.run.RunStages;
import io.retort.run.WorkflowEnvironment;
import io.retort.v1.AdmissionRequest;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.LastStage;
import io.retort.v1.LocationViolation;
import io.retort.v1.Plan;
import io.retort.v1.PlanRequest;
import io.retort.v1.Run;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StageCandidates;
import io.retort.v1.StagePlan;
import io.retort.v1.StageProgress;
import io.retort.v1.StageReuse;
import io.temporal.client.WorkflowOptions;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PlanWorkflowTest {
  private static final CheckLocationsResponse MISSING =
      CheckLocationsResponse.newBuilder()
          .addViolations(LocationViolation.newBuilder().setField("data.train[0].path"))
          .build();

  private final WorkflowEnvironment environment = new WorkflowEnvironment();
  private final FakeActivities activities = environment.activities;

  @AfterEach
  void close() {
    environment.close();
  }

  @Test
  void aNewSpecRunsEverythingAndOnlyTheFirstInputsAreKnown() {
    Plan plan = plan(request -> {});

    assertThat(stages(plan, StageReuse.STAGE_REUSE_RUN))
        .containsExactlyElementsOf(RunStages.ALL.stream().map(stage -> stage.stage()).toList());
    assertThat(plan.getStages(0).getFingerprint()).hasSize(64);
    assertThat(plan.getStagesList().subList(1, 8))
        .allSatisfy(
            stage -> {
              assertThat(stage.getFingerprint()).isEmpty();
              assertThat(stage.getWaitsForList()).isNotEmpty();
            });
    assertThat(of(plan, Stage.STAGE_COGPO).getWaitsForList())
        .containsExactly(Stage.STAGE_SFT, Stage.STAGE_PAIR);
    assertThat(plan.getProblemsList()).isEmpty();
  }

  @Test
  void everyResultIsAHitWithTheFingerprintOfTheRun() {
    Run run = run("first", request -> {});
    int jobs = activities.jobs.size();
    int records = activities.records.size();

    Plan plan = plan(request -> {});

    assertThat(plan.getStagesList())
        .extracting(StagePlan::getReuse)
        .containsOnly(StageReuse.STAGE_REUSE_HIT);
    assertThat(plan.getStagesList()).extracting(StagePlan::getMadeByRunId).containsOnly("first");
    assertThat(plan.getStagesList())
        .extracting(StagePlan::getFingerprint)
        .containsExactlyElementsOf(
            run.getStagesList().stream().map(StageProgress::getFingerprint).toList());
    assertThat(activities.jobs).as("a plan does nothing").hasSize(jobs);
    assertThat(activities.records).hasSize(records);
    assertThat(activities.stages).hasSize(RunStages.ALL.size());
  }

  @Test
  void aChangedFieldRunsWhatDependsOnItAsTheRunThatFollowsDoes() {
    run("first", request -> {});
    Consumer<RunRequest.Builder> change =
        request -> request.getSpecBuilder().getCogpoBuilder().setLearningRate(1e-5);

    Plan plan = plan(change);
    Run run = run("second", change);

    assertThat(stages(plan, StageReuse.STAGE_REUSE_HIT))
        .containsExactly(
            Stage.STAGE_INGEST,
            Stage.STAGE_CURATE,
            Stage.STAGE_SFT,
            Stage.STAGE_PAIR,
            Stage.STAGE_EXPORT)
        .containsExactlyElementsOf(
            run.getStagesList().stream()
                .filter(stage -> stage.getReuse() == StageReuse.STAGE_REUSE_HIT)
                .map(StageProgress::getStage)
                .toList());
    assertThat(of(plan, Stage.STAGE_COGPO).getFingerprint())
        .isEqualTo(run.getStages(4).getFingerprint());
    assertThat(of(plan, Stage.STAGE_EVALUATE).getWaitsForList()).containsExactly(Stage.STAGE_COGPO);
  }

  @Test
  void anExportWithoutPairsIsNotTakenForOneWithPairs() {
    // Its inputs lack the pairs only because the run has no pair stage.
    run("first", request -> request.getSpecBuilder().setLastStage(LastStage.LAST_STAGE_CURATE));

    Plan plan = plan(request -> {});

    assertThat(stages(plan, StageReuse.STAGE_REUSE_HIT))
        .containsExactly(Stage.STAGE_INGEST, Stage.STAGE_CURATE);
    assertThat(of(plan, Stage.STAGE_EXPORT).getWaitsForList()).containsExactly(Stage.STAGE_PAIR);
  }

  @Test
  void whatAGateWillChooseIsNotKnownBeforeTheEvaluation() {
    Consumer<RunRequest.Builder> gate =
        request -> request.getSpecBuilder().getReleaseBuilder().getGateBuilder();
    run("first", gate);

    Plan decided = plan(gate);
    Plan undecided = plan(gate.andThen(request -> request.addFreshStages(Stage.STAGE_EVALUATE)));

    assertThat(of(decided, Stage.STAGE_RELEASE).getReuse()).isEqualTo(StageReuse.STAGE_REUSE_HIT);
    assertThat(of(undecided, Stage.STAGE_RELEASE).getReuse())
        .isEqualTo(StageReuse.STAGE_REUSE_UNSPECIFIED);
    assertThat(of(undecided, Stage.STAGE_RELEASE).getWaitsForList())
        .containsExactly(Stage.STAGE_EVALUATE);
  }

  @Test
  void aFreshStageRunsAndItsReadersWaitForIt() {
    run("first", request -> {});

    Plan plan = plan(request -> request.addFreshStages(Stage.STAGE_SFT));

    assertThat(of(plan, Stage.STAGE_SFT).getReason()).isEqualTo("requested to run again");
    assertThat(of(plan, Stage.STAGE_PAIR).getReuse()).isEqualTo(StageReuse.STAGE_REUSE_HIT);
    assertThat(of(plan, Stage.STAGE_COGPO).getWaitsForList()).containsExactly(Stage.STAGE_SFT);
  }

  @Test
  void whatCannotBeLookedUpIsNotKnown() {
    activities.onFindStage =
        request -> {
          throw Failures.platform("STORE", "the store does not answer", null);
        };

    Plan plan = plan(request -> {});

    assertThat(plan.getStagesList())
        .extracting(StagePlan::getReuse)
        .containsOnly(StageReuse.STAGE_REUSE_UNSPECIFIED);
    assertThat(plan.getStages(0).getReason()).contains("the store does not answer");
    assertThat(plan.getProblemsList())
        .extracting(Failure::getCategory)
        .containsExactly(FailureCategory.FAILURE_CATEGORY_PLATFORM);
  }

  @Test
  void whatTheClusterLacksIsSaidBeforeTheRun() {
    activities.onResources =
        resources -> {
          throw Failures.resource("INFEASIBLE", "needs 8 GPU, cluster has 2");
        };

    Plan plan =
        plan(request -> request.getSpecBuilder().getResourcesBuilder().setGpus(4).setRanks(2));

    assertThat(plan.getWaitsForList())
        .containsExactly("8 GPU; the cluster: needs 8 GPU, cluster has 2");
    assertThat(plan.getProblemsList()).extracting(Failure::getType).containsExactly("INFEASIBLE");
  }

  @Test
  void warningsOfTheStudentAreSaidBeforeTheRun() {
    activities.warnings = List.of("too long");

    assertThat(plan(request -> {}).getWarningsList()).containsExactly("too long");
    assertThat(activities.inspected).allMatch(asked -> asked.getWithoutDownload());
  }

  @Test
  void stagesThatRunAreComparedWithTheirCandidates() {
    RunRequest run = WorkflowEnvironment.request("").toBuilder().build();
    PlanRequest request =
        PlanRequest.newBuilder()
            .setRun(run)
            .addCandidates(
                StageCandidates.newBuilder()
                    .setStage(Stage.STAGE_INGEST)
                    .addFingerprints("a")
                    .addFingerprints("b"))
            .build();

    Plan plan = workflow(PlanWorkflow.class).plan(request);

    assertThat(plan.getStages(0).getComparedRunId()).isEqualTo("a+b");
    assertThat(plan.getStages(0).getReason()).isEmpty();
    assertThat(plan.getStages(1).getReason()).isEqualTo("reads what is made by ingest");
    assertThat(activities.explained)
        .filteredOn(stage -> stage.getStage() == Stage.STAGE_COGPO)
        .singleElement()
        .satisfies(
            stage -> {
              assertThat(stage.getUnknownInputsList())
                  .containsExactly("preference pairs", "stage-1 model");
              assertThat(stage.getFieldsMap()).containsKey("student.max_length");
            });
  }

  @Test
  void anAdmissionAnswersWhatIsMissing() {
    activities.locations = request -> MISSING;

    assertThat(admit("first", "second"))
        .hasSize(2)
        .allSatisfy(run -> assertThat(run.getViolationsList()).hasSize(1));
  }

  @Test
  void aSlowCheckOfOneRunHidesNothingOfOthers() {
    CountDownLatch checked = new CountDownLatch(1);
    activities.locations =
        request -> {
          if (request.getSpec().getName().equals("slow")) {
            Uninterruptibles.awaitUninterruptibly(checked);
          }
          return MISSING;
        };
    try {
      List<CheckLocationsResponse> runs = admit("slow", "fast");

      assertThat(runs.get(0).getViolationsList()).isEmpty();
      assertThat(runs.get(1).getViolationsList()).hasSize(1);
    } finally {
      checked.countDown();
    }
  }

  private List<CheckLocationsResponse> admit(String... names) {
    AdmissionRequest.Builder request = AdmissionRequest.newBuilder();
    for (String name : names) {
      request.addRuns(
          CheckLocationsRequest.newBuilder().setSpec(RunSpec.newBuilder().setName(name)));
    }
    return workflow(AdmissionWorkflow.class).check(request.build()).getRunsList();
  }

  private Plan plan(Consumer<RunRequest.Builder> change) {
    RunRequest.Builder run = WorkflowEnvironment.request("").toBuilder();
    change.accept(run);
    return workflow(PlanWorkflow.class).plan(PlanRequest.newBuilder().setRun(run).build());
  }

  private Run run(String runId, Consumer<RunRequest.Builder> change) {
    RunRequest.Builder request = WorkflowEnvironment.request(runId).toBuilder();
    change.accept(request);
    return environment.newRun(runId).run(request.build());
  }

  private <T> T workflow(Class<T> type) {
    return environment
        .client()
        .newWorkflowStub(type, WorkflowOptions.newBuilder().setTaskQueue(TaskQueues.RUNS).build());
  }

  private static StagePlan of(Plan plan, Stage stage) {
    return plan.getStagesList().stream()
        .filter(one -> one.getStage() == stage)
        .findFirst()
        .orElseThrow();
  }

  private static List<Stage> stages(Plan plan, StageReuse reuse) {
    return plan.getStagesList().stream()
        .filter(stage -> stage.getReuse() == reuse)
        .map(StagePlan::getStage)
        .toList();
  }
}
