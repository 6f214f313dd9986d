package io.retort.control;

import io.retort.plan.PlanWorkflow;
import io.retort.v1.Plan;
import io.retort.v1.PlanRequest;
import io.retort.v1.StagePlan;

/** A plan that tells what it was asked: a stage for each that has candidates. */
public final class StubPlanWorkflow implements PlanWorkflow {
  @Override
  public Plan plan(PlanRequest request) {
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
}
