package io.retort.judge.endpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What all work of one gRPC call shares: its deadline and its cancellation. */
public final class CallScope {
  private static final Duration LARGEST_MARGIN = Duration.ofMillis(200);

  private final Timer timer;
  private final long giveUpAt;
  private final List<Runnable> listeners = new ArrayList<>();
  private boolean cancelled;

  /**
   * @param untilDeadline after which the caller listens no more; the scope ends a little earlier,
   *     so that the reason still reaches the caller
   */
  public CallScope(Timer timer, Duration untilDeadline) {
    this.timer = timer;
    long nanos = untilDeadline.toNanos();
    giveUpAt = timer.nanoTime() + nanos - Math.min(LARGEST_MARGIN.toNanos(), nanos / 20);
  }

  /** What is left of the time to work in; negative when it is over. */
  public Duration remaining() {
    return Duration.ofNanos(giveUpAt - timer.nanoTime());
  }

  /** Runs {@code listener} once at the cancellation, at once when that has happened. */
  public void onCancel(Runnable listener) {
    synchronized (listeners) {
      if (!cancelled) {
        listeners.add(listener);
        return;
      }
    }
    listener.run();
  }

  public void cancel() {
    List<Runnable> toRun;
    synchronized (listeners) {
      if (cancelled) {
        return;
      }
      cancelled = true;
      toRun = List.copyOf(listeners);
      listeners.clear();
    }
    toRun.forEach(Runnable::run);
  }
}
