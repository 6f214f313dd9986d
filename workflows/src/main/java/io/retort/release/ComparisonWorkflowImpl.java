package io.retort.release;

import io.retort.activity.ActivityPolicies;
import io.retort.v1.CompareReportsRequest;
import io.retort.v1.CompareReportsResponse;
import io.temporal.workflow.Workflow;

/** Nothing but the activity: Temporal retries it. */
public final class ComparisonWorkflowImpl implements ComparisonWorkflow {
  private final ComparisonActivities activities =
      Workflow.newActivityStub(ComparisonActivities.class, ActivityPolicies.BEST_EFFORT);

  @Override
  public CompareReportsResponse run(CompareReportsRequest request) {
    return activities.compareReports(request);
  }
}
