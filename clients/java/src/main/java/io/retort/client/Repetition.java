package io.retort.client;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When a call that has failed is repeated: after growing pauses, until nothing has been heard for a
 * while.
 */
final class Repetition {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Duration first;
  private final Duration later;
  private boolean heard;
  private long silentSince;
  private int failures;

  /**
   * @param first for how long it is tried before anything was heard; the address may be wrong
   * @param later for how long it is tried from the first failure since the last answer
   */
  Repetition(Duration first, Duration later) {
    this.first = first;
    this.later = later;
  }

  void answered() {
    heard = true;
    failures = 0;
  }

  /**
   * The pause before the next attempt.
   *
   * @throws RetortException if there is none
   */
  Duration afterFailure(StatusRuntimeException thrown) {
    RetortException failure = RetortException.of(thrown);
    long now = System.nanoTime();
    if (failures == 0) {
      silentSince = now;
    }
    Duration pause = failure.retryAfter().orElseGet(() -> pause(failures));
    long limit = (heard ? later : first).toNanos();
    if (!failure.isTransient() || now - silentSince + pause.toNanos() > limit) {
      throw failure;
    }
    failures++;
    return pause;
  }

  /** At random between a half and the whole, so that clients do not come back all at once. */
  private static Duration pause(int failures) {
    long whole =
        Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(failures, 10));
    return Duration.ofMillis(ThreadLocalRandom.current().nextLong(whole / 2, whole + 1));
  }
}
