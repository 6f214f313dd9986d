package io.retort.judge;

import io.retort.judge.time.CallLifetime;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The unanswered calls of a worker, for its graceful shutdown. */
final class OpenCalls {
  private final Set<OpenCall> calls = new HashSet<>();
  private boolean draining;

  /** An unanswered call. */
  final class OpenCall {
    private final CallLifetime lifetime;
    private volatile boolean aborted;

    private OpenCall(CallLifetime lifetime) {
      this.lifetime = lifetime;
    }

    /** Whether it was cancelled by the shutdown of the worker. */
    boolean isAborted() {
      return aborted;
    }

    void close() {
      synchronized (calls) {
        calls.remove(this);
        calls.notifyAll();
      }
    }
  }

  /** Null once the worker is {@linkplain #drain shutting down}. */
  @Nullable OpenCall open(CallLifetime lifetime) {
    synchronized (calls) {
      if (draining) {
        return null;
      }
      OpenCall call = new OpenCall(lifetime);
      calls.add(call);
      return call;
    }
  }

  /**
   * Refuses further calls, waits for the open ones, and cancels those that are still open after
   * {@code grace}. Blocks.
   */
  void drain(Duration grace) throws InterruptedException {
    List<OpenCall> late;
    synchronized (calls) {
      draining = true;
      long giveUpAt = System.nanoTime() + grace.toNanos();
      while (!calls.isEmpty()) {
        long left = giveUpAt - System.nanoTime();
        if (left <= 0) {
          break;
        }
        calls.wait(left / 1_000_000 + 1);
      }
      late = List.copyOf(calls);
    }
    for (OpenCall call : late) {
      call.aborted = true;
      call.lifetime.cancel();
    }
  }
}
