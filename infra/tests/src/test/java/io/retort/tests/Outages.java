package io.retort.tests;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long things are away. A build has no time for outages as long as real ones; with {@code
 * -Dretort.outages=full} they last as long as the tests say.
 */
final class Outages {
  private static final boolean FULL = "full".equals(System.getProperty("retort.outages"));

  /**
   * @param shortened for a build: long enough to be noticed by every party
   */
  static Duration of(Duration full, Duration shortened) {
    return FULL ? full : shortened;
  }

  /** Lets an outage last. */
  static void last(Duration outage) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(outage.toMillis());
  }

  /** Stops a process where it is, by SIGSTOP, and lets it go on after the outage. */
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
