package io.retort.trigger;

import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Looks at a location for a caller who waits for it. */
@WorkflowInterface
public interface WatchCheckWorkflow {
  String TYPE = "WatchCheck";

  @WorkflowMethod(name = TYPE)
  CheckWatchedDataResponse check(CheckWatchedDataRequest request);
}
