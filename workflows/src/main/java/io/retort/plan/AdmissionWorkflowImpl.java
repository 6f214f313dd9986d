package io.retort.plan;

import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Nothing but the activity, in the same workflow task: a caller waits for it. */
public final class AdmissionWorkflowImpl implements AdmissionWorkflow {
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final PlanActivities activities =
      Workflow.newLocalActivityStub(
          PlanActivities.class,
          LocalActivityOptions.newBuilder()
              .setScheduleToCloseTimeout(LONGEST)
              .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
              .build());

  @Override
  public CheckLocationsResponse check(CheckLocationsRequest request) {
    return activities.checkLocations(request);
  }
}
