package io.retort.rows;

import java.time.Duration;

/**
 * Holds back the rows of an attempt, for some time or until an endpoint has answered.
 *
 * <p>Not thread-safe.
 */
final class RowPause {
  private final RowQueue<?, ?> queue;
  private boolean on;
  private boolean held;
  private long end;

  RowPause(RowQueue<?, ?> queue) {
    this.queue = queue;
  }

  /** Holds rows back for at least {@code delay}. */
  void lengthen(Duration delay) {
    if (delay.isZero()) {
      return;
    }
    long later = System.nanoTime() + delay.toNanos();
    end = on && end - later > 0 ? end : later;
    begin();
  }

  /**
   * Starts rows again when the pause is over.
   *
   * @param hold whether to hold rows back regardless of the pause's length
   */
  void check(boolean hold) {
    held = hold;
    if (hold && !on) {
      end = System.nanoTime();
      begin();
    } else if (on && !hold && untilEnd().isZero()) {
      on = false;
      queue.start();
    }
  }

  /** Time until the next check, at most {@code otherwise}. */
  Duration untilNextCheck(Duration otherwise) {
    return on && !held && untilEnd().compareTo(otherwise) < 0 ? untilEnd() : otherwise;
  }

  private void begin() {
    on = true;
    queue.pause();
  }

  private Duration untilEnd() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }
}
