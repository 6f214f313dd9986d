package io.retort.judge.admission;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A fair semaphore with a variable size. Its waiters are tasks instead of threads, and each can be
 * withdrawn.
 */
final class Permits {
  private final IntSupplier limit;
  private final Executor executor;
  private final Set<Runnable> waiters = new LinkedHashSet<>();
  private int held;

  /**
   * @param limit largest number of permits held at the same time, at least 1
   * @param executor runs the tasks that had to wait
   */
  Permits(IntSupplier limit, Executor executor) {
    this.limit = limit;
    this.executor = executor;
  }

  /**
   * Runs {@code holder} once it holds a permit; on the calling thread if a permit is free.
   *
   * @param holder not waiting already
   */
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

  /** Removes a waiter. Without effect on a task that has got its permit. */
  void withdraw(Runnable holder) {
    synchronized (waiters) {
      waiters.remove(holder);
    }
  }

  void release() {
    @Nullable Runnable first = null;
    List<Runnable> more = List.of();
    synchronized (waiters) {
      held--;
      Iterator<Runnable> next = waiters.iterator();
      while (next.hasNext() && held < limit.getAsInt()) {
        held++;
        if (first == null) {
          first = next.next();
        } else {
          more = more.isEmpty() ? new ArrayList<>() : more;
          more.add(next.next());
        }
        next.remove();
      }
    }
    if (first != null) {
      executor.execute(first);
    }
    more.forEach(executor::execute);
  }

  /** Permits held now. */
  int held() {
    synchronized (waiters) {
      return held;
    }
  }

  /** Tasks that wait for a permit. */
  int waiting() {
    synchronized (waiters) {
      return waiters.size();
    }
  }
}
