package io.retort.control;

import io.retort.plan.PlanWorkflow;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.Plan;
import io.retort.v1.PlanEstimate;
import io.retort.v1.PlanRequest;
import io.retort.v1.Stage;
import io.retort.v1.StageDifference;
import io.retort.v1.StagePlan;
import io.retort.v1.StageReuse;

/**
 * A plan that tells what it was asked: a stage for each that has candidates. For a spec with the
 * name "plans" it has something of everything.
 */
public final class StubPlanWorkflow implements PlanWorkflow {
  /** Of the name "plans"; a page must show it as it is. */
  static final String HOSTILE = "<script>alert(1)</script>";

  @Override
  public Plan plan(PlanRequest request) {
    if (request.getRun().getSpec().getName().equals("plans")) {
      return whole(request);
    }
    Plan.Builder plan = Plan.newBuilder();
    request
        .getCandidatesList()
        .forEach(
            candidates ->
                plan.addStages(
                    StagePlan.newBuilder()
                        .setStage(candidates.getStage())
                        .setReason(String.join(" ", candidates.getFingerprintsList()))));
    return plan.addWarnings(request.getRun().toString()).build();
  }

  private static Plan whole(PlanRequest request) {
    return Plan.newBuilder()
        .addStages(
            StagePlan.newBuilder()
                .setStage(Stage.STAGE_INGEST)
                .setReuse(StageReuse.STAGE_REUSE_HIT)
                .setMadeByRunId("earlier-1"))
        .addStages(
            StagePlan.newBuilder()
                .setStage(Stage.STAGE_CURATE)
                .setReuse(StageReuse.STAGE_REUSE_RUN)
                .setReason("a field differs")
                .setComparedRunId("earlier-1")
                .addDifferences(
                    StageDifference.newBuilder()
                        .setName("curation.max_rounds")
                        .setBefore("2")
                        .setAfter(HOSTILE))
                .setMoreDifferences(3)
                .setEstimate(
                    PlanEstimate.newBuilder()
                        .setRows(1000)
                        .setCalls(2000)
                        .setPromptTokens(600_000)
                        .setCompletionTokens(300_000)
                        .setCost(3.1)
                        .setSeconds(2400)
                        .setBasisRunId("earlier-1")
                        .setBasisRows(500)
                        .setBasisSeconds(1200)))
        .addStages(
            StagePlan.newBuilder()
                .setStage(Stage.STAGE_SFT)
                .setReuse(StageReuse.STAGE_REUSE_RUN)
                .setReason("curate runs")
                .addWaitsFor(Stage.STAGE_CURATE))
        .setTotal(PlanEstimate.newBuilder().setCost(3.1).setSeconds(2400))
        .addWaitsFor("2 GPUs of team " + request.getRun().getSpec().getTeam())
        .addProblems(
            Failure.newBuilder()
                .setCategory(FailureCategory.FAILURE_CATEGORY_RESOURCE)
                .setType("NO_GPU")
                .setMessage("no GPU is free"))
        .addWarnings("student.max_length: " + HOSTILE)
        .build();
  }
}
