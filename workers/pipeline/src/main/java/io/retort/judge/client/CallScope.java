package io.retort.judge.client;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls that end together. Not a gRPC context: the channel opens its health streams in the context
 * of whichever call wakes it, and would lose its connections when that context ends.
 */
public final class CallScope {
  private final Set<ListenableFuture<?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean cancelled;

  /** Ends the calls under way, and each that is still to come. */
  public void cancel() {
    cancelled = true;
    open.forEach(call -> call.cancel(true));
  }

  <A> ListenableFuture<A> add(ListenableFuture<A> call) {
    open.add(call);
    call.addListener(() -> open.remove(call), MoreExecutors.directExecutor());
    if (cancelled) {
      call.cancel(true);
    }
    return call;
  }
}
