package io.retort.training;

import io.temporal.activity.ActivityInfo;

/**
 * Orders the owners of a trainer: a newer owner has a larger token.
 *
 * <p>The attempt's number alone is not sufficient: a reset workflow schedules the activity again,
 * as attempt 1, and may find the actor of the old one. The token therefore consists of the time at
 * which Temporal's server scheduled the attempt, in milliseconds, and the attempt's number for
 * attempts within one millisecond. The server's clock is used, because two drivers' clocks may
 * disagree; an attempt is scheduled only after the previous one was given up.
 */
final class FencingToken {
  private static final int ATTEMPT_BITS = 10;
  private static final long MAX_ATTEMPT = (1L << ATTEMPT_BITS) - 1;

  static long of(ActivityInfo info) {
    return of(info.getCurrentAttemptScheduledTimestamp(), info.getAttempt());
  }

  /** Below 2^53 until the year 2248, so that any JSON reader parses it exactly. */
  static long of(long scheduledMillis, int attempt) {
    return (scheduledMillis << ATTEMPT_BITS) | Math.min(attempt, MAX_ATTEMPT);
  }

  private FencingToken() {}
}
