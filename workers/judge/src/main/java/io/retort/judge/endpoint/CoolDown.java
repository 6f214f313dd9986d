package io.retort.judge.endpoint;

import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The time in which no call of an endpoint is sent, because the provider limits the rate.
 *
 * <p>Answers to calls that were sent before the current cool-down began belong to the same burst
 * and do not lengthen the backoff.
 */
final class CoolDown {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);
  private static final Duration SMALLEST_SPREAD = Duration.ofMillis(50);
  private static final Duration LARGEST_SPREAD = Duration.ofSeconds(2);

  private final Timer timer;
  private final DoubleSupplier random;
  private boolean everLimited;
  private long began;
  private long end;
  private int consecutive;

  /**
   * @param random uniform in [0, 1)
   */
  CoolDown(Timer timer, DoubleSupplier random) {
    this.timer = timer;
    this.random = random;
  }

  /**
   * Notes a rate-limited answer.
   *
   * @param sentAt when its call was sent
   * @param retryAfter what the provider asked for
   * @return whether a cool-down began by it
   */
  synchronized boolean limited(long sentAt, Optional<Duration> retryAfter) {
    long now = timer.nanoTime();
    boolean sameBurst = everLimited && sentAt - began < 0;
    if (sameBurst) {
      retryAfter.ifPresent(delay -> end = later(end, now + delay.toNanos()));
      return false;
    }
    consecutive++;
    Duration delay = retryAfter.orElseGet(this::backoff);
    end = everLimited ? later(end, now + delay.toNanos()) : now + delay.toNanos();
    began = now;
    everLimited = true;
    return true;
  }

  /** Notes an answer that was not limited, to a call sent at {@code sentAt}. */
  synchronized void passed(long sentAt) {
    if (everLimited && sentAt - began >= 0) {
      consecutive = 0;
    }
  }

  /** What is left of the cool-down, 0 when there is none. */
  synchronized Duration remaining() {
    if (!everLimited) {
      return Duration.ZERO;
    }
    return Duration.ofNanos(Math.max(0, end - timer.nanoTime()));
  }

  /** {@link #remaining()} and a random part, so that not all calls are sent at the same moment. */
  Duration remainingWithJitter() {
    Duration remaining = remaining();
    long tenth = remaining.toNanos() / 10;
    long spread = Math.min(LARGEST_SPREAD.toNanos(), Math.max(SMALLEST_SPREAD.toNanos(), tenth));
    return remaining.plusNanos((long) (random.getAsDouble() * spread));
  }

  private Duration backoff() {
    int doublings = Math.min(consecutive - 1, 6);
    Duration delay = FIRST_BACKOFF.multipliedBy(1L << doublings);
    return delay.compareTo(LONGEST_BACKOFF) < 0 ? delay : LONGEST_BACKOFF;
  }

  private static long later(long left, long right) {
    return left - right > 0 ? left : right;
  }
}
