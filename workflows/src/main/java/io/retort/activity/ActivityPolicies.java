package io.retort.activity;

import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.api.enums.v1.RetryState;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Timeouts and retries by kind of activity. Temporal is the only retrier: ten attempts with backoff
 * bridge some five minutes of an unreachable judge or store, then the run pauses; non-retryable
 * failures end at once.
 */
public final class ActivityPolicies {
  /** Attempts of an activity before its failure reaches the workflow. */
  public static final int ATTEMPTS = 10;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);
  private static final int BACKOFF_COEFFICIENT = 2;

  /** Retries of every activity but those that nothing waits for. */
  public static final RetryOptions RETRY =
      RetryOptions.newBuilder()
          .setInitialInterval(FIRST_BACKOFF)
          .setBackoffCoefficient(BACKOFF_COEFFICIENT)
          .setMaximumInterval(LONGEST_BACKOFF)
          .setMaximumAttempts(ATTEMPTS)
          .build();

  /** Reads or writes a few objects. */
  public static final ActivityOptions SHORT =
      ActivityOptions.newBuilder()
          .setTaskQueue(TaskQueues.PIPELINE)
          .setStartToCloseTimeout(Duration.ofMinutes(5))
          .setRetryOptions(RETRY)
          .build();

  /** Streams rows or bytes and heartbeats; a dead worker is noticed by the missing heartbeat. */
  public static final ActivityOptions STREAMING =
      ActivityOptions.newBuilder(SHORT)
          .setStartToCloseTimeout(Duration.ofHours(12))
          .setHeartbeatTimeout(Duration.ofSeconds(30))
          .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
          .build();

  /** Nothing waits for its result: a failure is logged and the run goes on. */
  public static final ActivityOptions BEST_EFFORT =
      ActivityOptions.newBuilder(SHORT)
          .setStartToCloseTimeout(Duration.ofMinutes(1))
          .setScheduleToCloseTimeout(Duration.ofMinutes(2))
          .build();

  /** For stubs whose every activity has options of its own. */
  public static final ActivityOptions BY_NAME = ActivityOptions.newBuilder().build();

  /** {@link #STREAMING} for each of the activities, by name as Temporal expects it. */
  public static Map<String, ActivityOptions> streaming(String... activityNames) {
    return Arrays.stream(activityNames)
        .collect(Collectors.toUnmodifiableMap(Function.identity(), name -> STREAMING));
  }

  /**
   * How often an activity was attempted before its failure reached the workflow, in a few words;
   * empty where it was not retried to the end.
   */
  public static String attempts(Throwable thrown) {
    return thrown instanceof ActivityFailure activity
            && activity.getRetryState() == RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
        ? "after " + ATTEMPTS + " attempts"
        : "";
  }

  /**
   * How long Temporal by itself waits after a failed attempt.
   *
   * @param attempt number of the failed attempt, from 1 on
   */
  public static Duration backoff(int attempt) {
    double factor = Math.pow(BACKOFF_COEFFICIENT, Math.max(0, attempt - 1));
    return factor < LONGEST_BACKOFF.toMillis()
        ? shorter(LONGEST_BACKOFF, FIRST_BACKOFF.multipliedBy((long) factor))
        : LONGEST_BACKOFF;
  }

  private static Duration shorter(Duration left, Duration right) {
    return left.compareTo(right) < 0 ? left : right;
  }

  private ActivityPolicies() {}
}
