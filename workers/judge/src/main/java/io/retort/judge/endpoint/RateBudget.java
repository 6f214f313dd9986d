package io.retort.judge.endpoint;

import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This worker's share of what a provider allows in a minute: one bucket of requests and one of
 * tokens. A call books before it is sent and gets its own moment to be sent at, in the order of
 * booking; what the answer tells corrects the tokens.
 */
final class RateBudget {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  // What may be sent at once after a pause: a second's worth, so that no minute sees much more than
  // its limit.
  private static final double BURST_MINUTES = 1 / 60.0;

  private final Timer timer;
  private final IntSupplier workers;
  private final @Nullable Bucket requests;
  private final @Nullable Bucket tokens;

  /**
   * @param workers among which the limits are divided, at least 1; may change
   */
  RateBudget(RateLimits limits, Timer timer, IntSupplier workers) {
    this.timer = timer;
    this.workers = workers;
    long now = timer.nanoTime();
    requests =
        limits.requestsPerMinute().isPresent()
            ? new Bucket(limits.requestsPerMinute().getAsLong(), now)
            : null;
    tokens =
        limits.tokensPerMinute().isPresent()
            ? new Bucket(limits.tokensPerMinute().getAsLong(), now)
            : null;
  }

  boolean isUnlimited() {
    return requests == null && tokens == null;
  }

  /**
   * Books one request of some tokens.
   *
   * @return how long to wait before it is sent, at most {@code longest}; what is longer is told but
   *     not booked
   */
  synchronized Duration book(long estimatedTokens, Duration longest) {
    long now = timer.nanoTime();
    int share = Math.max(1, workers.getAsInt());
    long wait = 0;
    if (requests != null) {
      wait = Math.max(wait, requests.refill(now, share).nanosUntilFree());
    }
    if (tokens != null) {
      wait = Math.max(wait, tokens.refill(now, share).nanosUntilFree());
    }
    if (wait <= longest.toNanos()) {
      if (requests != null) {
        requests.take(1);
      }
      if (tokens != null) {
        tokens.take(estimatedTokens);
      }
    }
    return Duration.ofNanos(wait);
  }

  /** Replaces a booked estimate by what was counted. */
  synchronized void correct(long estimatedTokens, long countedTokens) {
    if (tokens != null) {
      tokens.take(countedTokens - estimatedTokens);
    }
  }

  /** Gives back what was booked for a request that is not sent. */
  synchronized void cancel(long estimatedTokens) {
    if (requests != null) {
      requests.take(-1);
    }
    correct(estimatedTokens, 0);
  }

  /** A balance that grows with time and may be overdrawn: who overdraws it lets the next wait. */
  private static final class Bucket {
    private final long perMinute;
    private double perNano;
    private double balance;
    private long refilledAt;

    Bucket(long perMinute, long now) {
      this.perMinute = perMinute;
      refilledAt = now;
      balance = 1;
    }

    Bucket refill(long now, int share) {
      double minute = (double) perMinute / share;
      perNano = minute / MINUTE;
      double capacity = Math.max(1, minute * BURST_MINUTES);
      balance = Math.min(capacity, balance + (now - refilledAt) * perNano);
      refilledAt = now;
      return this;
    }

    long nanosUntilFree() {
      // Half a unit absorbs what the doubles lose.
      return balance >= 0.5 ? 0 : (long) Math.ceil((1 - balance) / perNano);
    }

    void take(long amount) {
      balance -= amount;
    }
  }
}
