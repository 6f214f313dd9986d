package io.retort.judge.time;

import java.time.Duration;
import java.time.Instant;

/** Clock and alarms of the worker. Tasks must not block. */
public interface Timer {
  /** Monotonic nanoseconds from an arbitrary origin. */
  long nanoTime();

  /** Wall clock, for dates in HTTP headers. */
  Instant now();

  /** Runs {@code task} once, {@code delay} from now; a delay below 0 counts as 0. */
  Alarm schedule(Duration delay, Runnable task);

  /** A scheduled task. */
  interface Alarm {
    /** Without effect on a task that has run. */
    void cancel();
  }
}
