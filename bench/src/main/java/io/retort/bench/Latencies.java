package io.retort.bench;

import java.util.Arrays;
import java.util.Locale;

/** Times of calls in milliseconds, of all threads. */
final class Latencies {
  private double[] millis = new double[1024];
  private int count;

  synchronized void add(double value) {
    if (count == millis.length) {
      millis = Arrays.copyOf(millis, 2 * count);
    }
    millis[count++] = value;
  }

  /** Runs a call and adds the time that it takes. */
  void time(Runnable call) {
    long start = System.nanoTime();
    call.run();
    add((System.nanoTime() - start) / 1e6);
  }

  synchronized int count() {
    return count;
  }

  @Override
  public synchronized String toString() {
    if (count == 0) {
      return "none";
    }
    double[] sorted = Arrays.copyOf(millis, count);
    Arrays.sort(sorted);
    return String.format(
        Locale.ROOT,
        "n %,d, p50 %,.0f ms, p90 %,.0f ms, p99 %,.0f ms, max %,.0f ms",
        count,
        percentile(sorted, 0.5),
        percentile(sorted, 0.9),
        percentile(sorted, 0.99),
        sorted[count - 1]);
  }

  /** By the nearest rank. */
  private static double percentile(double[] sorted, double part) {
    return sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
  }
}
