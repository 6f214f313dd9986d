package io.retort.plan;

import io.retort.v1.Plan;
import io.retort.v1.PlanRequest;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/**
 * Finds out what a run would do. Computes the same fingerprints as the run by the same code, and
 * writes nothing. Ends within the request's limit with what is known by then.
 */
@WorkflowInterface
public interface PlanWorkflow {
  String TYPE = "PlanWorkflow";

  @WorkflowMethod(name = TYPE)
  Plan plan(PlanRequest request);
}
