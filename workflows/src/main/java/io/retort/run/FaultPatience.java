package io.retort.run;

import java.time.Duration;
import java.util.Optional;

/**
 * When a run that paused for a fault resumes automatically: after half a minute, then at intervals
 * that double up to ten minutes, until the patience is exhausted.
 */
final class FaultPatience {
  private static final Duration FIRST = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /**
   * A fault that occurs later than this after the run resumed is unrelated to the previous one. Ten
   * attempts at a hanging call take less time.
   */
  private static final Duration SAME_FAULT = Duration.ofHours(3);

  private final Duration patience;
  private int faults;
  private long firstAt;
  private long resumedAt;

  /**
   * @param patience counted from the first of consecutive faults
   */
  FaultPatience(Duration patience) {
    this.patience = patience;
  }

  /**
   * How long to wait after a fault; empty if only a person can resume the run.
   *
   * @param now in milliseconds
   */
  Optional<Duration> next(long now) {
    if (now - resumedAt > SAME_FAULT.toMillis()) {
      faults = 0;
    }
    if (faults == 0) {
      firstAt = now;
    }
    Duration delay = FIRST;
    for (int doubled = 0; doubled < faults && delay.compareTo(LONGEST) < 0; doubled++) {
      delay = delay.multipliedBy(2);
    }
    delay = delay.compareTo(LONGEST) < 0 ? delay : LONGEST;
    faults++;
    resumedAt = now + delay.toMillis();
    return Duration.ofMillis(now - firstAt).plus(delay).compareTo(patience) > 0
        ? Optional.empty()
        : Optional.of(delay);
  }

  /** Records a success: the next fault is a first one again. */
  void recovered() {
    faults = 0;
  }
}
