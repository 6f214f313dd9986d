package io.retort.judge.endpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What all work of one gRPC call shares: its deadline and its cancellation. */
public final class CallScope {
  private static final Duration LARGEST_MARGIN = Duration.ofMillis(200);

  private final Timer timer;
  private final long giveUpAt;
  private final List<Consumer<End>> listeners = new ArrayList<>(1);
  private @Nullable End end;
  private volatile Timer.@Nullable Alarm alarm;

  /** Why the work is to stop. */
  public enum End {
    CANCELLED,
    DEADLINE,
    /** It is done. */
    CLOSED
  }

  /**
   * @param untilDeadline after which the caller listens no more; the scope ends a little earlier,
   *     so that the reason still reaches the caller
   */
  public CallScope(Timer timer, Duration untilDeadline) {
    this.timer = timer;
    long nanos = untilDeadline.toNanos();
    giveUpAt = timer.nanoTime() + nanos - Math.min(LARGEST_MARGIN.toNanos(), nanos / 20);
    alarm = timer.schedule(remaining(), () -> end(End.DEADLINE));
  }

  /** What is left of the time to work in; negative when it is over. */
  public Duration remaining() {
    return Duration.ofNanos(giveUpAt - timer.nanoTime());
  }

  /** As {@link #remaining}, but 0 when it is over. */
  Duration left() {
    Duration remaining = remaining();
    return remaining.isNegative() ? Duration.ZERO : remaining;
  }

  /** Whether there is nothing more to be done. */
  boolean isOver() {
    synchronized (listeners) {
      return end != null;
    }
  }

  /** Runs {@code listener} once when the scope ends, at once when it has ended. */
  void onEnd(Consumer<End> listener) {
    End ended;
    synchronized (listeners) {
      ended = end;
      if (ended == null) {
        listeners.add(listener);
        return;
      }
    }
    listener.accept(ended);
  }

  public void cancel() {
    end(End.CANCELLED);
  }

  /** Ends what may still be under way, and the watch of the deadline. */
  public void close() {
    end(End.CLOSED);
  }

  private void end(End reason) {
    List<Consumer<End>> toRun;
    synchronized (listeners) {
      if (end != null) {
        return;
      }
      end = reason;
      toRun = List.copyOf(listeners);
      listeners.clear();
    }
    Timer.Alarm watch = alarm;
    if (watch != null) {
      watch.cancel();
    }
    toRun.forEach(listener -> listener.accept(reason));
  }
}
