package io.retort.stack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the descendants of a process by a marker in their environment, which children inherit.
 * Unlike the tree of parents, a marker survives the death of intermediate processes. Requires
 * {@code /proc}; elsewhere it finds nothing.
 */
final class MarkedProcesses {
  private static final Path PROC = Path.of("/proc");
  private static final String VARIABLE = "RETORT_STACK_PROCESS";

  private final String marker;

  private MarkedProcesses(String marker) {
    this.marker = marker;
  }

  /** The descendants of one process of the stack with the given home. */
  static MarkedProcesses of(Path home, String name) {
    return new MarkedProcesses(VARIABLE + "=" + home.toAbsolutePath() + "#" + name + "\0");
  }

  /** The descendants of all processes of the stack. */
  static MarkedProcesses of(Path home) {
    return new MarkedProcesses(VARIABLE + "=" + home.toAbsolutePath() + "#");
  }

  static Map<String, String> environment(Path home, String name) {
    return Map.of(VARIABLE, home.toAbsolutePath() + "#" + name);
  }

  /** The running descendants, excluding this process. */
  List<ProcessHandle> find() throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    if (!Files.isDirectory(PROC)) {
      return found;
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        // The handle is created first: it knows the process's start time, so that ending it cannot
        // affect a later process with the same id.
        Optional<ProcessHandle> handle =
            ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
        if (handle.isPresent()
            && !handle.get().equals(ProcessHandle.current())
            && isMarked(process.resolve("environ"))) {
          found.add(handle.get());
        }
      }
    }
    return found;
  }

  private boolean isMarked(Path environ) {
    try {
      String variables = new String(Files.readAllBytes(environ), StandardCharsets.UTF_8);
      return variables.startsWith(marker) || variables.contains("\0" + marker);
    } catch (IOException e) {
      // It has ended, or belongs to another user.
      return false;
    }
  }
}
