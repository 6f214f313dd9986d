package io.retort.rows;

import java.time.Duration;

/**
 * Holds the rows of an attempt back: for a while, or until whoever asks an endpoint has heard.
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

  /** Holds rows back for so long at least. */
  void lengthen(Duration delay) {
    if (delay.isZero()) {
      return;
    }
    long later = System.nanoTime() + delay.toNanos();
    end = on && end - later > 0 ? end : later;
    begin();
  }

  /**
   * Lets rows go on when it is time.
   *
   * @param hold whether to hold them back however long that takes
   */
  void look(boolean hold) {
    held = hold;
    if (hold && !on) {
      end = System.nanoTime();
      begin();
    } else if (on && !hold && untilEnd().isZero()) {
      on = false;
      queue.start();
    }
  }

  /** After which to look again, no longer than {@code otherwise}. */
  Duration untilNextLook(Duration otherwise) {
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
