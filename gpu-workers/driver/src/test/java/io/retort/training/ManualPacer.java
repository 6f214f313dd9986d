package io.retort.training;

import java.time.Duration;
import java.time.Instant;

/** A clock that moves only while something waits. */
final class ManualPacer implements Pacer {
  static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  private Instant now = START;

  @Override
  public Instant now() {
    return now;
  }

  @Override
  public void pause(Duration duration) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    advance(duration);
  }

  void advance(Duration duration) {
    now = now.plus(duration);
  }
}
