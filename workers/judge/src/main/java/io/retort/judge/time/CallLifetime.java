package io.retort.judge.time;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Deadline and cancellation of one gRPC call, shared by all work for it. */
public final class CallLifetime {
  private static final Duration LARGEST_MARGIN = Duration.ofMillis(200);

  private final Timer timer;
  private final long giveUpAt;
  private final List<Consumer<End>> listeners = new ArrayList<>(1);
  private @Nullable End end;
  private volatile Timer.@Nullable Alarm alarm;

  /** Why the call has ended. */
  public enum End {
    CANCELLED,
    DEADLINE,
    /** It was answered. */
    CLOSED
  }

  /**
   * @param untilDeadline time until the caller gives up; the lifetime ends slightly earlier, so
   *     that the reason still reaches the caller
   */
  public CallLifetime(Timer timer, Duration untilDeadline) {
    this.timer = timer;
    long nanos = untilDeadline.toNanos();
    giveUpAt = timer.nanoTime() + nanos - Math.min(LARGEST_MARGIN.toNanos(), nanos / 20);
    alarm = timer.schedule(remaining(), () -> end(End.DEADLINE));
  }

  /** Remaining time; negative when it is over. */
  public Duration remaining() {
    return Duration.ofNanos(giveUpAt - timer.nanoTime());
  }

  /** As {@link #remaining}, but 0 when it is over. */
  public Duration left() {
    Duration remaining = remaining();
    return remaining.isNegative() ? Duration.ZERO : remaining;
  }

  public boolean isOver() {
    synchronized (listeners) {
      return end != null;
    }
  }

  /** Runs {@code listener} once when the call ends; immediately if it has ended. */
  public void onEnd(Consumer<End> listener) {
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

  /** Ends the work that is still in progress, and the deadline timer. */
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
    Timer.Alarm deadline = alarm;
    if (deadline != null) {
      deadline.cancel();
    }
    toRun.forEach(listener -> listener.accept(reason));
  }
}
