package io.retort.cli;

import io.retort.output.ExitCode;

/** A command failed; the message says why and what to do. */
final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;

  CommandException(String message) {
    this(ExitCode.FAILED, message);
  }

  CommandException(ExitCode exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  ExitCode exitCode() {
    return exitCode;
  }
}
