package io.retort.judge.admission;

import io.retort.judge.time.Timer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The monotonic clock of a {@link Timer} as a {@link Clock} with an arbitrary origin. */
final class TimerClock extends Clock {
  private final Timer timer;

  TimerClock(Timer timer) {
    this.timer = timer;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(timer.nanoTime());
  }
}
