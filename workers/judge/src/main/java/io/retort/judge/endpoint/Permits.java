package io.retort.judge.endpoint;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A fair semaphore whose waiters are tasks, not threads. */
final class Permits {
  private final Executor executor;
  private final Deque<Runnable> waiters = new ArrayDeque<>();
  private int available;

  /**
   * @param executor runs the tasks that had to wait
   */
  Permits(int permits, Executor executor) {
    this.available = permits;
    this.executor = executor;
  }

  /** Runs {@code holder} once it holds a permit, on this thread if one is free. */
  void acquire(Runnable holder) {
    synchronized (waiters) {
      if (available == 0) {
        waiters.add(holder);
        return;
      }
      available--;
    }
    holder.run();
  }

  void release() {
    @Nullable Runnable next;
    synchronized (waiters) {
      next = waiters.poll();
      if (next == null) {
        available++;
        return;
      }
    }
    executor.execute(next);
  }
}
