package io.retort.plan;

import io.retort.enums.EnumText;
import io.retort.evaluation.EvaluatedModels;
import io.retort.evaluation.EvaluationActivities;
import io.retort.release.ReleaseGate;
import io.retort.stage.Fingerprint;
import io.retort.stage.RunStage;
import io.retort.stage.StageActivities;
import io.retort.v1.CompareForGateRequest;
import io.retort.v1.CompareForGateResponse;
import io.retort.v1.ExplainStagesRequest;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.FindStageRequest;
import io.retort.v1.FindStageResponse;
import io.retort.v1.PlanRequest;
import io.retort.v1.PlannedStage;
import io.retort.v1.ReleaseSpec;
import io.retort.v1.RunContext;
import io.retort.v1.RunRequest;
import io.retort.v1.RunSummary;
import io.retort.v1.Stage;
import io.retort.v1.StageExplanation;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;
import io.temporal.failure.TemporalFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Decides stage by stage whether a result can be reused. A stage whose inputs are made by a stage
 * that runs has unknown inputs, so it runs too.
 */
final class StageLookups {
  private final RunRequest run;
  private final PlanRequest request;
  private final PlannedModels models;
  private final PlanClock clock;
  private final PlanProblems problems;
  private final RunSummary.Builder summary = RunSummary.newBuilder();
  private final Map<Stage, StagePlan.Builder> plans = new EnumMap<>(Stage.class);
  private final Map<Stage, PlannedStage> toExplain = new EnumMap<>(Stage.class);
  private String released = EvaluatedModels.STAGE_2;
  private boolean undecided;

  StageLookups(PlanRequest request, PlannedModels models, PlanClock clock, PlanProblems problems) {
    this.request = request;
    run = request.getRun();
    this.models = models;
    this.clock = clock;
    this.problems = problems;
  }

  /** Must be called for the stages in the order of the run. */
  void lookUp(RunStage stage) {
    StagePlan.Builder plan = StagePlan.newBuilder().setStage(stage.stage());
    plans.put(stage.stage(), plan);
    if (stage.stage() == Stage.STAGE_RELEASE) {
      decideRelease();
    }
    try {
      decide(stage, plan);
    } catch (TemporalFailure thrown) {
      plan.setReuse(StageReuse.STAGE_REUSE_UNSPECIFIED).setReason(sentence(problems.add(thrown)));
    }
    if (plan.getReuse() != StageReuse.STAGE_REUSE_HIT) {
      summary.mergeFrom(StageSummaries.unknown(stage.stage()));
      if (run.getRescores() && stage.stage() != Stage.STAGE_EVALUATE) {
        problems.addUser(
            "STAGE_NOT_REUSABLE",
            "stage "
                + EnumText.words(stage.stage())
                + ": its result cannot be reused (expected: a result, as only answers are graded"
                + " anew)");
      }
    }
  }

  /** The plans with what differs from earlier results, and with estimates. */
  List<StagePlan> explained() {
    Map<Stage, StageExplanation> explanations = explanations();
    StageEstimates estimates = new StageEstimates(summary.build());
    List<StagePlan> explained = new ArrayList<>();
    plans.forEach(
        (stage, plan) -> {
          StageExplanation explanation =
              explanations.getOrDefault(stage, StageExplanation.getDefaultInstance());
          if (plan.getReuse() != StageReuse.STAGE_REUSE_HIT) {
            plan.setComparedRunId(explanation.getComparedRunId())
                .addAllDifferences(explanation.getDifferencesList())
                .setMoreDifferences(explanation.getMoreDifferences());
            if (plan.getReason().isEmpty() && explanation.getComparedRunId().isEmpty()) {
              plan.setReason("no earlier result was found");
            }
            estimates.estimate(stage, explanation).ifPresent(plan::setEstimate);
          } else {
            estimates.reuse(stage);
          }
          explained.add(plan.build());
        });
    return explained;
  }

  private void decide(RunStage stage, StagePlan.Builder plan) {
    SortedMap<String, String> inputs =
        stage.inputs(new PlanContext(stage, run, models, summary.build(), released, clock));
    if (models.lacksStudent() && stage.stage() == Stage.STAGE_CURATE) {
      inputs.put("student's tokenizer", "");
    }
    if (undecided && stage.stage() == Stage.STAGE_RELEASE) {
      inputs.replaceAll((name, sha256) -> "");
    }
    List<String> unknown =
        inputs.entrySet().stream()
            .filter(input -> input.getValue().isEmpty())
            .map(Map.Entry::getKey)
            .toList();
    inputs.values().removeIf(String::isEmpty);
    toExplain.put(stage.stage(), planned(stage, inputs, unknown));
    boolean fresh = run.getFreshStagesList().contains(stage.stage());
    if (!unknown.isEmpty()) {
      unknownInputs(plan, unknown, fresh);
      return;
    }
    Fingerprint fingerprint = Fingerprint.of(stage, run.getSpec(), inputs);
    plan.setFingerprint(fingerprint.sha256());
    if (fresh) {
      plan.setReuse(StageReuse.STAGE_REUSE_RUN).setReason("requested to run again");
      return;
    }
    FindStageResponse found = find(fingerprint);
    if (found.hasRecord()) {
      plan.setReuse(StageReuse.STAGE_REUSE_HIT).setMadeByRunId(found.getRecord().getRunId());
      summary.mergeFrom(found.getRecord().getSummary());
    } else {
      plan.setReuse(StageReuse.STAGE_REUSE_RUN).setReason(found.getReason());
    }
  }

  /** Runs if a stage that makes an input runs; else nobody knows yet. */
  private void unknownInputs(StagePlan.Builder plan, List<String> unknown, boolean fresh) {
    List<StagePlan.Builder> makers =
        plans.values().stream()
            .filter(maker -> StageSummaries.makes(maker.getStage(), unknown))
            .filter(maker -> maker.getReuse() != StageReuse.STAGE_REUSE_HIT)
            .toList();
    boolean runs =
        makers.stream().anyMatch(maker -> maker.getReuse() == StageReuse.STAGE_REUSE_RUN);
    List<Stage> waits = makers.stream().map(StagePlan.Builder::getStage).toList();
    if (undecided && plan.getStage() == Stage.STAGE_RELEASE && waits.isEmpty()) {
      waits = List.of(Stage.STAGE_EVALUATE);
      plan.setReason("the gate decides after evaluate which model is published");
    } else if (waits.isEmpty()) {
      plan.setReason("not known: " + String.join(", ", unknown));
    } else {
      plan.setReason(
          (runs ? "reads what is made by " : "not known: reads what is made by ")
              + waits.stream().map(EnumText::words).collect(Collectors.joining(", ")));
    }
    if (fresh) {
      plan.setReason("requested to run again");
    }
    plan.addAllWaitsFor(waits)
        .setReuse(runs || fresh ? StageReuse.STAGE_REUSE_RUN : StageReuse.STAGE_REUSE_UNSPECIFIED);
  }

  private FindStageResponse find(Fingerprint fingerprint) {
    return clock
        .activities(StageActivities.class, StageActivities.FIND_STAGE)
        .findStage(
            FindStageRequest.newBuilder()
                .setStoreUri(run.getStoreUri())
                .setFingerprint(fingerprint.sha256())
                .build());
  }

  /** As the run decides before its release stage, if its comparisons are there already. */
  private void decideRelease() {
    ReleaseSpec release = run.getSpec().getRelease();
    if (!release.hasGate()) {
      return;
    }
    StagePlan.Builder evaluate = plans.get(Stage.STAGE_EVALUATE);
    if (evaluate == null || evaluate.getReuse() != StageReuse.STAGE_REUSE_HIT) {
      undecided = true;
      return;
    }
    try {
      CompareForGateResponse compared =
          ReleaseGate.needsComparisons(release.getGate())
              ? compare()
              : CompareForGateResponse.getDefaultInstance();
      released = ReleaseGate.decide(release, summary.getComparisonsList(), compared).getModel();
    } catch (TemporalFailure thrown) {
      Failure unused = problems.add(thrown);
      undecided = true;
    }
  }

  private CompareForGateResponse compare() {
    return clock
        .activities(EvaluationActivities.class, EvaluationActivities.COMPARE_FOR_GATE)
        .compareForGate(
            CompareForGateRequest.newBuilder()
                .setRun(
                    RunContext.newBuilder().setStoreUri(run.getStoreUri()).setSpec(run.getSpec()))
                .addAllScores(summary.getScoreRecordsList())
                .putModels(EvaluatedModels.STAGE_1, summary.getSft().getModelSha256())
                .putModels(EvaluatedModels.STAGE_2, summary.getCogpo().getModelSha256())
                .build());
  }

  private PlannedStage planned(
      RunStage stage, SortedMap<String, String> inputs, List<String> unknown) {
    return PlannedStage.newBuilder()
        .setStage(stage.stage())
        .setVersion(stage.version())
        .putAllFields(Fingerprint.fields(stage, run.getSpec()))
        .putAllInputs(inputs)
        .addAllUnknownInputs(unknown)
        .addAllCandidates(
            request.getCandidatesList().stream()
                .filter(candidates -> candidates.getStage() == stage.stage())
                .flatMap(candidates -> candidates.getFingerprintsList().stream())
                .toList())
        .build();
  }

  private Map<Stage, StageExplanation> explanations() {
    plans.forEach(
        (stage, plan) -> {
          if (plan.getReuse() == StageReuse.STAGE_REUSE_HIT) {
            PlannedStage unused = toExplain.remove(stage);
          }
        });
    List<PlannedStage> asked = List.copyOf(toExplain.values());
    Map<Stage, StageExplanation> explanations = new EnumMap<>(Stage.class);
    if (asked.isEmpty()) {
      return explanations;
    }
    try {
      Duration left = clock.left();
      List<StageExplanation> found =
          clock
              .activities(PlanActivities.class, PlanActivities.EXPLAIN_STAGES)
              .explainStages(
                  ExplainStagesRequest.newBuilder()
                      .setStoreUri(run.getStoreUri())
                      .addAllStages(asked)
                      .setLimitSeconds((int) Math.max(1, left.toSeconds() / 2))
                      .build())
              .getStagesList();
      for (int index = 0; index < found.size(); index++) {
        explanations.put(asked.get(index).getStage(), found.get(index));
      }
    } catch (TemporalFailure thrown) {
      Failure unused = problems.add(thrown);
    }
    return explanations;
  }

  private static String sentence(Failure failure) {
    return failure.getCategory() == FailureCategory.FAILURE_CATEGORY_TIMEOUT
        ? "not known: it took longer than a plan may take"
        : "not known: " + failure.getMessage();
  }
}
