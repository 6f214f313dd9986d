package io.retort.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * When a process began, which distinguishes it from a later one with the same id.
 *
 * @param boot id of the system's boot and clock ticks from the boot to the start, {@code ID/TICKS},
 *     which clock changes do not affect; empty without {@code /proc}
 * @param milliseconds since the epoch by the clock at the time of the query, 0 if unknown
 * @param command path of the program, empty if unknown
 */
record ProcessStart(String boot, long milliseconds, String command) {
  /** An unknown start. */
  static final ProcessStart UNKNOWN = new ProcessStart("", 0, "");

  /** Maximum clock change for which two start times count as equal. */
  static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(10);

  private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /** Index of the start time among the fields of {@code stat} after the program's name. */
  private static final int START_FIELD = 19;

  static ProcessStart of(ProcessHandle handle) {
    return new ProcessStart(
        boot(handle.pid()),
        handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L),
        handle.info().command().orElse(""));
  }

  /** Whether both are starts of the same process, provided that both have the same id. */
  boolean isSame(ProcessStart other) {
    if (!boot.isEmpty() && !other.boot.isEmpty()) {
      return boot.equals(other.boot);
    }
    boolean sameTime =
        milliseconds == 0
            || other.milliseconds == 0
            || Math.abs(milliseconds - other.milliseconds) <= CLOCK_TOLERANCE.toMillis();
    boolean sameCommand =
        command.isEmpty() || other.command.isEmpty() || command.equals(other.command);
    return sameTime && sameCommand;
  }

  private static String boot(long pid) {
    try {
      return Files.readString(BOOT_ID).strip() + "/" + ticks(pid);
    } catch (IOException e) {
      // The system is not Linux, or the process has ended.
      return "";
    }
  }

  private static String ticks(long pid) throws IOException {
    // The name may contain any bytes, including blanks and parentheses.
    String stat =
        new String(
            Files.readAllBytes(Path.of("/proc", String.valueOf(pid), "stat")),
            StandardCharsets.ISO_8859_1);
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START_FIELD];
  }
}
