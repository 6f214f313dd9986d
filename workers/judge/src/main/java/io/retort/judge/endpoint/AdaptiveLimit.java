package io.retort.judge.endpoint;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How many calls an endpoint takes at once, found out by additive increase and multiplicative
 * decrease: one more with each answer while the limit is in use, a quarter less when the endpoint
 * fails or limits the rate.
 *
 * <p>Failures of calls that were sent before the last decrease belong to the same trouble and
 * decrease nothing.
 */
final class AdaptiveLimit {
  private static final int INITIAL = 64;
  private static final double BACKOFF = 0.75;

  private final AIMDLimit limit;
  private boolean decreased;
  private long decreasedAt;

  /**
   * @param largest which the limit never exceeds
   */
  AdaptiveLimit(int largest) {
    limit =
        AIMDLimit.newBuilder()
            .initialLimit(Math.min(INITIAL, largest))
            .minLimit(1)
            .maxLimit(largest)
            .backoffRatio(BACKOFF)
            // A long answer is no sign of trouble; what takes too long is told as a failure.
            .timeout(Duration.ofDays(365).toNanos(), TimeUnit.NANOSECONDS)
            .build();
  }

  int current() {
    return limit.getLimit();
  }

  /**
   * Notes an answer.
   *
   * @param inFlight calls open while it was waited for, this one among them
   */
  void answered(long sentAt, long now, int inFlight) {
    limit.onSample(sentAt, now - sentAt, inFlight, false);
  }

  synchronized void troubled(long sentAt, long now, int inFlight) {
    if (decreased && sentAt - decreasedAt < 0) {
      return;
    }
    decreased = true;
    decreasedAt = now;
    limit.onSample(sentAt, now - sentAt, inFlight, true);
  }
}
