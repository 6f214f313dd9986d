package io.retort.doctor;

import static java.util.Objects.requireNonNull;

/**
 * What one check has found.
 *
 * @param check name of the check: {@code java}, {@code ports}
 * @param message what was found, and what was expected
 * @param fix what to do; empty where nothing has to be done
 */
public record Finding(String check, Level level, String message, String fix) {
  /** How much a finding matters. */
  public enum Level {
    OK,
    /** Something does not work that not every run needs. */
    WARNING,
    /** Runs, or the stack, cannot work. */
    ERROR
  }

  public Finding {
    requireNonNull(check, "check");
    requireNonNull(level, "level");
    requireNonNull(message, "message");
    requireNonNull(fix, "fix");
  }

  public static Finding ok(String check, String message) {
    return new Finding(check, Level.OK, message, "");
  }

  public static Finding warning(String check, String message, String fix) {
    return new Finding(check, Level.WARNING, message, fix);
  }

  public static Finding error(String check, String message, String fix) {
    return new Finding(check, Level.ERROR, message, fix);
  }
}
