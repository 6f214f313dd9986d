package io.retort.plan;

import io.retort.activity.ActivityPolicies;
import io.retort.activity.TaskQueues;
import io.retort.failure.Failures;
import io.retort.ingest.IngestActivities;
import io.retort.v1.FailureCategory;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The time that is left for a plan. */
final class PlanClock {
  private static final int ATTEMPTS = 3;

  private final long endsAt;

  PlanClock(Duration limit) {
    endsAt = Workflow.currentTimeMillis() + limit.toMillis();
  }

  /**
   * @throws io.temporal.failure.ApplicationFailure TIMEOUT/PLAN where no time is left
   */
  Duration left() {
    long left = endsAt - Workflow.currentTimeMillis();
    if (left <= 0) {
      throw Failures.toApplicationFailure(
          Failures.of(
              FailureCategory.FAILURE_CATEGORY_TIMEOUT, "PLAN", "no time is left for the plan"),
          null);
    }
    return Duration.ofMillis(left);
  }

  /** A stub of the pipeline worker's activities that end before the plan does. */
  <A> A activities(Class<A> type, String... names) {
    ActivityOptions options = options(TaskQueues.PIPELINE, left()).build();
    Map<String, ActivityOptions> byName =
        Arrays.stream(names)
            .collect(Collectors.toUnmodifiableMap(Function.identity(), name -> options));
    return Workflow.newActivityStub(type, ActivityPolicies.BY_NAME, byName);
  }

  static ActivityOptions.Builder options(String queue, Duration longest) {
    return ActivityOptions.newBuilder()
        .setTaskQueue(queue)
        .setScheduleToCloseTimeout(longest)
        .setRetryOptions(
            RetryOptions.newBuilder()
                .setMaximumAttempts(ATTEMPTS)
                .setDoNotRetry("RESOURCE/" + IngestActivities.MODEL_NOT_DOWNLOADED)
                .build());
  }
}
