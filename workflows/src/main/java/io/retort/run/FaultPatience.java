package io.retort.run;

import java.time.Duration;
import java.util.Optional;

/**
 * When a run that a fault has paused goes on by itself: after half a minute, then at intervals that
 * double to ten minutes, until the patience is over.
 */
final class FaultPatience {
  private static final Duration FIRST = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofMinutes(10);

  /**
   * A fault that comes later than this after the run went on is another trouble. Ten attempts at a
   * call that hangs take less.
   */
  private static final Duration SAME_TROUBLE = Duration.ofHours(3);

  private final Duration patience;
  private int faults;
  private long firstAt;
  private long wentOnAt;

  /**
   * @param patience from the first of several faults in a row
   */
  FaultPatience(Duration patience) {
    this.patience = patience;
  }

  /**
   * How long to wait after a fault; empty where only a person lets the run go on.
   *
   * @param now in milliseconds
   */
  Optional<Duration> next(long now) {
    if (now - wentOnAt > SAME_TROUBLE.toMillis()) {
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
    wentOnAt = now + delay.toMillis();
    return Duration.ofMillis(now - firstAt).plus(delay).compareTo(patience) > 0
        ? Optional.empty()
        : Optional.of(delay);
  }

  /** Something went well: the next fault is the first again. */
  void recovered() {
    faults = 0;
  }
}
