package io.retort.plan;

import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Checks before a run is accepted that the files and models that its spec names are there. */
@WorkflowInterface
public interface AdmissionWorkflow {
  String TYPE = "AdmissionWorkflow";

  @WorkflowMethod(name = TYPE)
  CheckLocationsResponse check(CheckLocationsRequest request);
}
