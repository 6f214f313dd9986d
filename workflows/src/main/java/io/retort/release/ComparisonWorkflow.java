package io.retort.release;

import io.retort.v1.CompareReportsRequest;
import io.retort.v1.CompareReportsResponse;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Writes one report of several runs that have ended. */
@WorkflowInterface
public interface ComparisonWorkflow {
  String TYPE = "ComparisonWorkflow";

  @WorkflowMethod(name = TYPE)
  CompareReportsResponse run(CompareReportsRequest request);
}
