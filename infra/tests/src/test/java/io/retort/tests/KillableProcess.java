package io.retort.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A process that tests kill and start again. Its output is appended to a file. */
final class KillableProcess implements AutoCloseable {
  private final ProcessBuilder builder;
  private Process process;

  KillableProcess(Path log, Map<String, String> environment, List<String> command) {
    builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    process = launch();
  }

  /** Kills with SIGKILL, and returns once the process has ended. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  void start() {
    process = launch();
  }

  private Process launch() {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    kill();
  }
}
