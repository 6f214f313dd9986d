package io.retort.judge.admission;

import io.retort.judge.configuration.RateLimits;
import io.retort.judge.time.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This worker's share of a provider's limits per minute: a token bucket for requests and one for
 * tokens. A call books before it is sent and is assigned its own send time, in the order of
 * booking; the usage in the answer corrects the estimated tokens.
 */
final class RateBudget {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  // Burst after a pause: one second's worth, so that no minute exceeds its limit by much.
  private static final double BURST_MINUTES = 1 / 60.0;

  private final Timer timer;
  private final IntSupplier workers;
  private final @Nullable Bucket requests;
  private final @Nullable Bucket tokens;

  /**
   * @param workers that share the limits, at least 1; may change
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
   * Books one request and its tokens.
   *
   * @return time to wait before it is sent; if longer than {@code longest}, nothing was booked
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

  /** Replaces a booked estimate by the reported number of tokens. */
  synchronized void correct(long estimatedTokens, long countedTokens) {
    if (tokens != null) {
      tokens.take(countedTokens - estimatedTokens);
    }
  }

  /** Returns the booking of a request that is not sent. */
  synchronized void cancel(long estimatedTokens) {
    if (requests != null) {
      requests.take(-1);
    }
    correct(estimatedTokens, 0);
  }

  /** A balance that grows with time. It may be overdrawn, which delays the next booking. */
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
      // Half a unit absorbs rounding errors.
      return balance >= 0.5 ? 0 : (long) Math.ceil((1 - balance) / perNano);
    }

    void take(long amount) {
      balance -= amount;
    }
  }
}
