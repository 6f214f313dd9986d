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
 * Timeouts and retries by kind of activity. Only Temporal retries: ten attempts with backoff cover
 * about five minutes of an unreachable judge or store; then the run pauses. Non-retryable failures
 * fail at once.
 */
public final class ActivityPolicies {
  /** Maximum number of attempts before the failure reaches the workflow. */
  public static final int ATTEMPTS = 10;

  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);
  private static final int BACKOFF_COEFFICIENT = 2;

  /** Retries of all activities except best-effort ones. */
  public static final RetryOptions RETRY =
      RetryOptions.newBuilder()
          .setInitialInterval(FIRST_BACKOFF)
          .setBackoffCoefficient(BACKOFF_COEFFICIENT)
          .setMaximumInterval(LONGEST_BACKOFF)
          .setMaximumAttempts(ATTEMPTS)
          .build();

  /** For activities that read or write a few objects. */
  public static final ActivityOptions SHORT =
      ActivityOptions.newBuilder()
          .setTaskQueue(TaskQueues.PIPELINE)
          .setStartToCloseTimeout(Duration.ofMinutes(5))
          .setRetryOptions(RETRY)
          .build();

  /**
   * For activities that stream rows or bytes and heartbeat; a missing heartbeat reveals a dead
   * worker.
   */
  public static final ActivityOptions STREAMING =
      ActivityOptions.newBuilder(SHORT)
          .setStartToCloseTimeout(Duration.ofHours(12))
          .setHeartbeatTimeout(Duration.ofSeconds(30))
          .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
          .build();

  /**
   * Like {@link #SHORT}, for activities of milliseconds: the loss of their worker is noticed soon.
   */
  public static final ActivityOptions QUICK =
      ActivityOptions.newBuilder(SHORT).setStartToCloseTimeout(Duration.ofSeconds(10)).build();

  /** For activities whose result is optional: a failure is logged and the run continues. */
  public static final ActivityOptions BEST_EFFORT =
      ActivityOptions.newBuilder(SHORT)
          .setStartToCloseTimeout(Duration.ofMinutes(1))
          .setScheduleToCloseTimeout(Duration.ofMinutes(2))
          .build();

  /** For stubs that define options for each activity. */
  public static final ActivityOptions BY_NAME = ActivityOptions.newBuilder().build();

  /** {@link #STREAMING} for each of the activities, keyed by activity name. */
  public static Map<String, ActivityOptions> streaming(String... activityNames) {
    return Arrays.stream(activityNames)
        .collect(Collectors.toUnmodifiableMap(Function.identity(), name -> STREAMING));
  }

  /**
   * Short description of the attempts of an activity whose failure reached the workflow; empty if
   * the retries were not exhausted.
   */
  public static String attempts(Throwable thrown) {
    return thrown instanceof ActivityFailure activity
            && activity.getRetryState() == RetryState.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
        ? "after " + ATTEMPTS + " attempts"
        : "";
  }

  /**
   * Delay that Temporal applies after a failed attempt.
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
