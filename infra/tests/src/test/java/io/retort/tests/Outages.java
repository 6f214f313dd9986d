package io.retort.tests;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Durations of outages. Builds use shortened ones; with {@code -Dretort.outages=full} they last as
 * long as the tests specify.
 */
final class Outages {
  private static final boolean FULL = "full".equals(System.getProperty("retort.outages"));

  /**
   * @param shortened duration in a build: long enough for every process to detect it
   */
  static Duration of(Duration full, Duration shortened) {
    return FULL ? full : shortened;
  }

  /** Waits for the duration of the outage. */
  static void last(Duration outage) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(outage.toMillis());
  }

  /** Suspends a process with SIGSTOP and continues it after the outage. */
  static void freeze(ProcessHandle process, Duration outage)
      throws IOException, InterruptedException {
    signal("STOP", process);
    try {
      last(outage);
    } finally {
      signal("CONT", process);
    }
  }

  private static void signal(String name, ProcessHandle process)
      throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (status != 0) {
      throw new AssertionError("kill -" + name + " " + process.pid() + " ended with " + status);
    }
  }

  private Outages() {}
}
