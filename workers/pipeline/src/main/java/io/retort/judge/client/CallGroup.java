package io.retort.judge.client;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls that are cancelled together. A gRPC context would not work: the channel opens its health
 * streams in the context of the call that wakes it up, and would lose its connections when that
 * context ends.
 */
public final class CallGroup {
  private final Set<Runnable> cancellations = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** Cancels the running calls, and every later one. */
  public void cancel() {
    cancelled = true;
    cancellations.forEach(Runnable::run);
  }

  /**
   * Adds a call.
   *
   * @param cancellation cancels it; without effect once it has ended
   */
  void add(CompletableFuture<?> call, Runnable cancellation) {
    cancellations.add(cancellation);
    CompletableFuture<?> unused =
        call.whenComplete((answer, thrown) -> cancellations.remove(cancellation));
    if (cancelled) {
      cancellation.run();
    }
  }

  <A> ListenableFuture<A> add(ListenableFuture<A> call) {
    Runnable cancellation = () -> call.cancel(true);
    cancellations.add(cancellation);
    call.addListener(() -> cancellations.remove(cancellation), MoreExecutors.directExecutor());
    if (cancelled) {
      cancellation.run();
    }
    return call;
  }
}
