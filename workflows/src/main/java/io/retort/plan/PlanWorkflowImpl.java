package io.retort.plan;

import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.ingest.IngestActivities;
import io.retort.run.ModelInspections;
import io.retort.run.RunStages;
import io.retort.stage.RunStage;
import io.retort.training.ResourceActivities;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.GateAction;
import io.retort.v1.GateSpec;
import io.retort.v1.InspectStudentResponse;
import io.retort.v1.Plan;
import io.retort.v1.PlanRequest;
import io.retort.v1.ResourceSpec;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSpec;
import io.retort.v1.Stage;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks up every stage's result in the order of the run. */
public final class PlanWorkflowImpl implements PlanWorkflow {
  private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(20);

  /** A slot of the GPU queue that is free is taken at once. */
  private static final Duration SLOT_WAIT = Duration.ofSeconds(3);

  /** Rendering rows with the student's tokenizer; its warnings are worth no longer wait. */
  private static final Duration LONGEST_CHECK = Duration.ofSeconds(10);

  private final PlanProblems problems = new PlanProblems();
  private final List<String> waitsFor = new ArrayList<>();

  @Override
  public Plan plan(PlanRequest request) {
    RunRequest run = request.getRun();
    RunSpec spec = run.getSpec();
    PlanClock clock =
        new PlanClock(
            request.getLimitSeconds() == 0
                ? DEFAULT_LIMIT
                : Duration.ofSeconds(request.getLimitSeconds()));
    Optional<Promise<Void>> cluster = cluster(spec, run.getRescores());
    Optional<Promise<InspectStudentResponse>> check = check(run, clock);
    PlannedModels models = new PlannedModels(run, clock, problems);
    models.inspect();
    StageLookups lookups = new StageLookups(request, models, clock, problems);
    for (RunStage stage : RunStages.with(run)) {
      lookups.lookUp(stage);
    }
    List<StagePlan> stages = lookups.explained();
    check.ifPresent(this::addWarnings);
    cluster.ifPresent(promise -> addWaits(spec, stages, promise));
    if (asks(spec.getRelease().getGate())) {
      waitsFor.add("a person's approval, if the gate asks for one");
    }
    return Plan.newBuilder()
        .addAllStages(stages)
        .setTotal(PlanTotals.of(stages))
        .addAllProblems(problems.failures())
        .addAllWarnings(problems.warnings())
        .addAllWaitsFor(waitsFor)
        .build();
  }

  private static boolean asks(GateSpec gate) {
    return gate.getOtherwise() == GateAction.GATE_ACTION_ASK
        || gate.getCannotTell() == GateAction.GATE_ACTION_ASK
        || gate.getConditionsList().stream()
            .anyMatch(
                condition ->
                    condition.getCannotTell() == GateAction.GATE_ACTION_ASK
                        || condition.getWorse() == GateAction.GATE_ACTION_ASK
                        || condition.getBetter() == GateAction.GATE_ACTION_ASK
                        || condition.getNotWorse() == GateAction.GATE_ACTION_ASK);
  }

  /** As the run checks it before any work. */
  private static Optional<Promise<Void>> cluster(RunSpec spec, boolean rescores) {
    boolean usesGpus = RunStages.trains(spec) || spec.getModelsCount() > 0;
    if (!usesGpus || rescores || spec.getResources().getGpus() == 0) {
      return Optional.empty();
    }
    ResourceActivities activities =
        Workflow.newActivityStub(
            ResourceActivities.class,
            ActivityOptions.newBuilder(PlanClock.options(TaskQueues.GPU, LONGEST_CHECK).build())
                .setScheduleToStartTimeout(SLOT_WAIT)
                .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
                .build());
    return Optional.of(Async.procedure(activities::checkResources, spec.getResources()));
  }

  private void addWaits(RunSpec spec, List<StagePlan> stages, Promise<Void> cluster) {
    ResourceSpec resources = spec.getResources();
    boolean needed =
        stages.stream()
            .filter(stage -> stage.getReuse() != StageReuse.STAGE_REUSE_HIT)
            .anyMatch(stage -> usesGpus(stage.getStage()));
    String state = "";
    try {
      Void unused = cluster.get();
    } catch (TemporalFailure thrown) {
      Failure failure = Failures.fromThrowable(thrown);
      if (failure.getCategory() == FailureCategory.FAILURE_CATEGORY_RESOURCE
          && !resources.getAllowAutoscaling()) {
        Failure unused = problems.add(thrown);
      }
      state =
          failure.getCategory() == FailureCategory.FAILURE_CATEGORY_RESOURCE
              ? "; the cluster: " + failure.getMessage()
              : "; no GPU worker has a free slot now";
    }
    if (needed) {
      waitsFor.add(
          gpus(resources)
              + " GPU"
              + (resources.getAcceleratorType().isEmpty()
                  ? ""
                  : " of type " + resources.getAcceleratorType())
              + state);
    }
  }

  /** Of all ranks, without decimals where it has none. */
  private static String gpus(ResourceSpec resources) {
    return BigDecimal.valueOf(resources.getGpus())
        .multiply(BigDecimal.valueOf(Math.max(1, resources.getRanks())))
        .stripTrailingZeros()
        .toPlainString();
  }

  private static boolean usesGpus(Stage stage) {
    return stage == Stage.STAGE_SFT
        || stage == Stage.STAGE_COGPO
        || stage == Stage.STAGE_EVALUATE
        || stage == Stage.STAGE_RELEASE;
  }

  /** The run's check of its settings against the student, which refuses many runs. */
  private static Optional<Promise<InspectStudentResponse>> check(RunRequest run, PlanClock clock) {
    RunSpec spec = run.getSpec();
    if (!RunStages.trains(spec)) {
      return Optional.empty();
    }
    Duration left = clock.left();
    IngestActivities activities =
        Workflow.newActivityStub(
            IngestActivities.class,
            PlanClock.options(
                    TaskQueues.PIPELINE, left.compareTo(LONGEST_CHECK) < 0 ? left : LONGEST_CHECK)
                .build());
    return Optional.of(
        Async.function(
            activities::inspectStudent,
            ModelInspections.checking(
                    ModelInspections.student(spec.getStudent().getModel(), run.getStoreUri()), spec)
                .setWithoutDownload(true)
                .build()));
  }

  private void addWarnings(Promise<InspectStudentResponse> check) {
    try {
      problems.warn(check.get().getWarningsList());
    } catch (TemporalFailure thrown) {
      Failure unused = problems.add(thrown);
    }
  }
}
