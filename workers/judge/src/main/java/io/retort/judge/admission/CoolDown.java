package io.retort.judge.admission;

import io.retort.judge.time.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * A time in which no call of an endpoint is sent, because the provider limits the rate.
 *
 * <p>Rate limits of calls that were sent before the current cool-down began belong to the same
 * burst and do not increase the backoff.
 */
final class CoolDown {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(60);
  private static final Duration SMALLEST_SPREAD = Duration.ofMillis(50);
  private static final Duration LARGEST_SPREAD = Duration.ofSeconds(2);

  private final Timer timer;
  private final DoubleSupplier random;
  // Spares the calls of an endpoint that never limits the rate the lock.
  private volatile boolean everOn;
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
   * Records a response that was refused because of the rate limit.
   *
   * @param sentAt when its call was sent
   * @param retryAfter delay that the provider asked for
   * @return whether it started a cool-down
   */
  synchronized boolean limited(long sentAt, Optional<Duration> retryAfter) {
    boolean sameBurst = everLimited && sentAt - began < 0;
    if (sameBurst) {
      retryAfter.ifPresent(this::extend);
      return false;
    }
    consecutive++;
    extend(retryAfter.orElseGet(this::backoff));
    began = timer.nanoTime();
    everLimited = true;
    return true;
  }

  /** Records a cool-down that another worker reported, like a refusal of a call sent now. */
  synchronized void shared(Duration delay) {
    if (isOn()) {
      extend(delay);
    } else {
      limited(timer.nanoTime(), Optional.of(delay));
    }
  }

  /** Starts a pause of {@code delay} without a refused call. */
  synchronized void pause(Duration delay) {
    extend(delay);
  }

  /** Records a response that was not refused by the rate limit. */
  void passed(long sentAt) {
    if (!everOn) {
      return;
    }
    synchronized (this) {
      if (everLimited && sentAt - began >= 0) {
        consecutive = 0;
      }
    }
  }

  boolean isOn() {
    return everOn && !remaining().isZero();
  }

  /** Remaining cool-down, 0 if there is none. */
  Duration remaining() {
    if (!everOn) {
      return Duration.ZERO;
    }
    synchronized (this) {
      return Duration.ofNanos(Math.max(0, end - timer.nanoTime()));
    }
  }

  /** {@link #remaining()} and a random part, which spreads the calls that wait for its end. */
  Duration remainingWithJitter() {
    Duration remaining = remaining();
    long tenth = remaining.toNanos() / 10;
    long spread = Math.min(LARGEST_SPREAD.toNanos(), Math.max(SMALLEST_SPREAD.toNanos(), tenth));
    return remaining.plusNanos((long) (random.getAsDouble() * spread));
  }

  private void extend(Duration delay) {
    long until = timer.nanoTime() + delay.toNanos();
    end = everOn && end - until > 0 ? end : until;
    everOn = true;
  }

  private Duration backoff() {
    int doublings = Math.min(consecutive - 1, 6);
    Duration delay = FIRST_BACKOFF.multipliedBy(1L << doublings);
    return delay.compareTo(LONGEST_BACKOFF) < 0 ? delay : LONGEST_BACKOFF;
  }
}
