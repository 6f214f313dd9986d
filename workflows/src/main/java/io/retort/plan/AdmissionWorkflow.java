package io.retort.plan;

import io.retort.v1.AdmissionRequest;
import io.retort.v1.AdmissionResponse;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Checks before runs are accepted that the files and models that their specs name are there. */
@WorkflowInterface
public interface AdmissionWorkflow {
  String TYPE = "AdmissionWorkflow";

  @WorkflowMethod(name = TYPE)
  AdmissionResponse check(AdmissionRequest request);
}
