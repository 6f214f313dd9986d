package io.retort.bench;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Limits the number of answers in progress, which all take the same time. Confined to one event
 * loop's thread.
 */
final class Slots {
  private final EventLoop loop;
  private final long delayNanos;
  private final int slots;
  private final Deque<UnderWay> underWay = new ArrayDeque<>();
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  private record UnderWay(long dueAt, Runnable answer) {}

  /**
   * @param delay of an answer; zero answers at once
   */
  Slots(EventLoop loop, Duration delay, int slots) {
    this.loop = loop;
    this.delayNanos = delay.toNanos();
    this.slots = slots;
  }

  /** Runs {@code answer} after it has occupied a slot for the time of an answer. */
  void take(Runnable answer) {
    if (delayNanos == 0) {
      answer.run();
    } else if (underWay.size() < slots) {
      start(answer);
    } else {
      waiting.add(answer);
    }
  }

  private void start(Runnable answer) {
    underWay.add(new UnderWay(System.nanoTime() + delayNanos, answer));
    if (underWay.size() == 1) {
      scheduleFirst();
    }
  }

  /**
   * All answers take the same time, so the first to start is the first to end, and one alarm is
   * sufficient.
   */
  private void scheduleFirst() {
    long left = underWay.element().dueAt() - System.nanoTime();
    ScheduledFuture<?> unused =
        loop.schedule(this::answerDue, Math.max(0, left), TimeUnit.NANOSECONDS);
  }

  private void answerDue() {
    long now = System.nanoTime();
    while (!underWay.isEmpty() && underWay.element().dueAt() - now <= 0) {
      underWay.remove().answer().run();
      Runnable next = waiting.poll();
      if (next != null) {
        underWay.add(new UnderWay(System.nanoTime() + delayNanos, next));
      }
    }
    if (!underWay.isEmpty()) {
      scheduleFirst();
    }
  }
}
