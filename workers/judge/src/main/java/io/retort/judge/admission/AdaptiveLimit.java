package io.retort.judge.admission;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Concurrency limit of an endpoint by additive increase and multiplicative decrease (AIMD): it
 * grows by one with each answer while it is in use, and shrinks by a quarter when the endpoint
 * fails or limits the rate.
 *
 * <p>Failures of calls that were sent before the last decrease have the same cause and do not
 * decrease it again.
 */
final class AdaptiveLimit {
  private static final int INITIAL = 64;
  private static final double BACKOFF = 0.75;

  private final AIMDLimit limit;
  private boolean decreased;
  private long decreasedAt;

  /**
   * @param largest upper bound of the limit
   */
  AdaptiveLimit(int largest) {
    limit =
        AIMDLimit.newBuilder()
            .initialLimit(Math.min(INITIAL, largest))
            .minLimit(1)
            .maxLimit(largest)
            .backoffRatio(BACKOFF)
            // A long answer does not indicate overload; calls that time out are failures.
            .timeout(Duration.ofDays(365).toNanos(), TimeUnit.NANOSECONDS)
            .build();
  }

  int current() {
    return limit.getLimit();
  }

  /**
   * Records an answer.
   *
   * @param inFlight calls in flight when it was sent, itself included
   */
  void succeeded(long sentAt, long now, int inFlight) {
    limit.onSample(sentAt, now - sentAt, inFlight, false);
  }

  /** Records a failure or a rate limit. */
  synchronized void failed(long sentAt, long now, int inFlight) {
    if (decreased && sentAt - decreasedAt < 0) {
      return;
    }
    decreased = true;
    decreasedAt = now;
    limit.onSample(sentAt, now - sentAt, inFlight, true);
  }
}
