package io.retort.rows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands rows that end on many threads to one thread. Waking a thread costs more than to take a row,
 * so the taker says for how many rows it wants to be woken.
 *
 * <p>Thread-safe.
 */
final class EndedRows<T> {
  private List<T> waiting = new ArrayList<>();
  private int wanted = Integer.MAX_VALUE;
  private boolean urgent;

  /**
   * @param atOnce whether the taker is woken for this one
   */
  synchronized void add(T row, boolean atOnce) {
    waiting.add(row);
    urgent |= atOnce;
    if (isEnough()) {
      notifyAll();
    }
  }

  /**
   * Takes all rows, in the order in which they were added. Waits for a number of them, for one that
   * is to be taken at once, or for the end of the time.
   *
   * @param number at least 1
   */
  synchronized List<T> take(int number, Duration atMost) throws InterruptedException {
    wanted = number;
    try {
      long giveUpAt = System.nanoTime() + atMost.toNanos();
      while (!isEnough()) {
        long left = giveUpAt - System.nanoTime();
        if (left <= 0) {
          break;
        }
        // Rounded up, so that the last wait is not followed by shorter and shorter ones.
        wait(left / 1_000_000 + 1);
      }
    } finally {
      wanted = Integer.MAX_VALUE;
    }
    List<T> taken = waiting;
    waiting = new ArrayList<>();
    urgent = false;
    return taken;
  }

  private boolean isEnough() {
    return urgent || waiting.size() >= wanted;
  }
}
