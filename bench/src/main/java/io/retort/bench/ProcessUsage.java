package io.retort.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Resource usage of a process since its start, excluding children that have ended.
 *
 * @param cpuMillis user and system time
 * @param peakBytes largest resident set
 */
record ProcessUsage(long cpuMillis, long peakBytes) {
  /** Linux reports times in this unit on every architecture. */
  private static final long MILLIS_PER_TICK = 10;

  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;
  private static final String PEAK = "VmHWM:";

  /**
   * @throws IOException if the process does not exist
   */
  static ProcessUsage of(long pid) throws IOException {
    Path folder = Path.of("/proc", String.valueOf(pid));
    String stat = Files.readString(folder.resolve("stat"));
    // The name, which may contain blanks, ends at the last parenthesis.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
    return new ProcessUsage(ticks * MILLIS_PER_TICK, peak(folder.resolve("status")));
  }

  private static long peak(Path status) throws IOException {
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith(PEAK)) {
        String kilobytes = line.substring(PEAK.length()).replace("kB", "").strip();
        return Long.parseLong(kilobytes) * 1024;
      }
    }
    return 0;
  }
}
