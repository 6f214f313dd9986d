package io.retort.stack;

import io.retort.stack.StackProcess.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Small shell programs in place of a stack's servers. */
final class FakeProcess {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Records its start and, when it is terminated, its end in the file {@code journal} of its
   * folder; has a child process.
   */
  static StackProcess server(String name) {
    return shell(
        name,
        "echo start-"
            + name
            + " >> journal; trap 'echo stop-"
            + name
            + " >> journal; kill $child; exit 0' TERM; sleep 600 & child=$!; echo serving; wait");
  }

  /** Ends at once with a message. */
  static StackProcess broken(String name) {
    return shell(name, "echo 'the disk is full'; exit 3");
  }

  /** A program that does not exist. */
  static StackProcess missing(String name) {
    return new StackProcess(
        name, List.of("/no/such/program"), Map.of(), Set.of(), Readiness.log("serving"), LIMIT);
  }

  /** Serves once something is written to the file {@code gate} of its folder. */
  static StackProcess gated(String name) {
    return shell(
        name,
        "mkfifo gate; read line < gate; trap 'kill $child; exit 0' TERM; sleep 600 & child=$!;"
            + " echo serving; wait");
  }

  /** Ignores signals, like its child. */
  static StackProcess deaf(String name) {
    return shell(name, "trap '' TERM; sh -c \"trap '' TERM; sleep 600\" & echo serving; wait");
  }

  static StackProcess shell(String name, String script) {
    return new StackProcess(
        name, List.of("sh", "-c", script), Map.of(), Set.of(), Readiness.log("serving"), LIMIT);
  }

  private FakeProcess() {}
}
