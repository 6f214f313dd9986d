package io.retort.control;

import java.util.function.LongSupplier;

/** When a stream without news sends a sign of life. */
final class Heartbeat {
  private static final int LONGEST_SECONDS = 300;

  private final long nanos;
  private final LongSupplier clock;
  private long sentAt;

  /**
   * @param nanos 0: never due
   * @param clock in nanoseconds, from any origin
   */
  Heartbeat(long nanos, LongSupplier clock) {
    this.nanos = nanos;
    this.clock = clock;
    sentAt = clock.getAsLong();
  }

  /** Throws INVALID_ARGUMENT for a period that is none. */
  static Heartbeat of(int seconds) {
    if (seconds < 0 || seconds > LONGEST_SECONDS) {
      throw ApiErrors.invalid(
          "heartbeat_seconds", seconds + " (expected: >= 0 and <= " + LONGEST_SECONDS + ")");
    }
    return new Heartbeat(seconds * 1_000_000_000L, System::nanoTime);
  }

  boolean isDue() {
    return nanos > 0 && clock.getAsLong() - sentAt >= nanos;
  }

  /** A message was sent, of whatever kind. */
  void sent() {
    sentAt = clock.getAsLong();
  }
}
