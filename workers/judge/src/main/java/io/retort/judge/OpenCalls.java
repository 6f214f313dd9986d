package io.retort.judge;

import io.retort.judge.endpoint.CallScope;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The unanswered calls of a worker, so that it can go down gracefully. */
final class OpenCalls {
  private final Set<OpenCall> calls = new HashSet<>();
  private boolean draining;

  /** An unanswered call. */
  final class OpenCall {
    private final CallScope scope;
    private volatile boolean aborted;

    private OpenCall(CallScope scope) {
      this.scope = scope;
    }

    /** Whether it was cancelled because the worker goes down. */
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

  /** Null once the worker is {@linkplain #drain going down}. */
  @Nullable OpenCall open(CallScope scope) {
    synchronized (calls) {
      if (draining) {
        return null;
      }
      OpenCall call = new OpenCall(scope);
      calls.add(call);
      return call;
    }
  }

  /**
   * Lets no further call open, waits for the open ones, and cancels those that are still open after
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
      call.scope.cancel();
    }
  }
}
