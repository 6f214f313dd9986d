package io.retort.trigger;

import io.retort.v1.CheckWatchedDataRequest;
import io.retort.v1.CheckWatchedDataResponse;
import io.temporal.activity.LocalActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** Nothing but the activity, in the same workflow task: a caller waits for it. */
public final class WatchCheckWorkflowImpl implements WatchCheckWorkflow {
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final WatchActivities activities =
      Workflow.newLocalActivityStub(
          WatchActivities.class,
          LocalActivityOptions.newBuilder()
              .setScheduleToCloseTimeout(LONGEST)
              .setRetryOptions(RetryOptions.newBuilder().setMaximumAttempts(1).build())
              .build());

  @Override
  public CheckWatchedDataResponse check(CheckWatchedDataRequest request) {
    return activities.checkWatchedData(request);
  }
}
