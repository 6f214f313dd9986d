package io.retort.judge.endpoint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** A fair semaphore whose waiters are tasks, not threads, and whose size may change. */
final class Permits {
  private final IntSupplier limit;
  private final Executor executor;
  private final Deque<Runnable> waiters = new ArrayDeque<>();
  private int held;

  /**
   * @param limit permits that may be held, at least 1
   * @param executor runs the tasks that had to wait
   */
  Permits(IntSupplier limit, Executor executor) {
    this.limit = limit;
    this.executor = executor;
  }

  /** Runs {@code holder} once it holds a permit, on this thread if one is free. */
  void acquire(Runnable holder) {
    synchronized (waiters) {
      if (held >= limit.getAsInt()) {
        waiters.add(holder);
        return;
      }
      held++;
    }
    holder.run();
  }

  void release() {
    @Nullable Runnable first = null;
    List<Runnable> more = List.of();
    synchronized (waiters) {
      held--;
      while (!waiters.isEmpty() && held < limit.getAsInt()) {
        held++;
        if (first == null) {
          first = waiters.remove();
        } else {
          more = more.isEmpty() ? new ArrayList<>() : more;
          more.add(waiters.remove());
        }
      }
    }
    if (first != null) {
      executor.execute(first);
    }
    more.forEach(executor::execute);
  }

  /** Permits that are held now. */
  int held() {
    synchronized (waiters) {
      return held;
    }
  }
}
