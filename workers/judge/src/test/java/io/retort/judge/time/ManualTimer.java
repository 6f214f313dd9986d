package io.retort.judge.time;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A {@link Timer} that stops until {@link #advance}. */
public final class ManualTimer implements Timer {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<Entry> entries = new ArrayList<>();
  private long nanos;

  private static final class Entry {
    private final long dueAt;
    private final Runnable task;

    private Entry(long dueAt, Runnable task) {
      this.dueAt = dueAt;
      this.task = task;
    }
  }

  @Override
  public synchronized long nanoTime() {
    return nanos;
  }

  @Override
  public synchronized Instant now() {
    return START.plusNanos(nanos);
  }

  @Override
  public synchronized Alarm schedule(Duration delay, Runnable task) {
    Entry entry = new Entry(nanos + Math.max(0, delay.toNanos()), task);
    entries.add(entry);
    notifyAll();
    return () -> {
      synchronized (this) {
        entries.remove(entry);
        notifyAll();
      }
    };
  }

  /** Moves the clock and runs, on this thread, what became due, in order. */
  public void advance(Duration duration) {
    long target;
    synchronized (this) {
      target = nanos + duration.toNanos();
    }
    while (true) {
      Optional<Entry> due;
      synchronized (this) {
        due =
            entries.stream()
                .filter(entry -> entry.dueAt <= target)
                .min(Comparator.comparingLong(entry -> entry.dueAt));
        nanos = due.map(entry -> Math.max(nanos, entry.dueAt)).orElse(target);
        due.ifPresent(entries::remove);
      }
      if (due.isEmpty()) {
        return;
      }
      due.get().task.run();
    }
  }

  /** Waits until exactly {@code count} alarms are set. */
  public synchronized void awaitAlarms(int count) throws InterruptedException, TimeoutException {
    long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
    while (entries.size() != count) {
      long left = giveUpAt - System.nanoTime();
      if (left <= 0) {
        throw new TimeoutException("alarms: " + entries.size() + " (expected: " + count + ")");
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }
}
