package io.retort.stack;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One process of the stack.
 *
 * @param name in its log's file name and in the state
 * @param environment variables added to those of the supervisor
 * @param withheld names of the supervisor's variables that it does not receive
 * @param ready when the next process may start
 * @param startLimit maximum time until it is ready
 */
record StackProcess(
    String name,
    List<String> command,
    Map<String, String> environment,
    Set<String> withheld,
    Readiness ready,
    Duration startLimit) {
  StackProcess {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    withheld = Set.copyOf(withheld);
  }

  /** Readiness checks of a started process. If both are given, both must pass. */
  record Readiness(Optional<Integer> port, Optional<String> logText) {
    static Readiness port(int number) {
      return new Readiness(Optional.of(number), Optional.empty());
    }

    static Readiness log(String text) {
      return new Readiness(Optional.empty(), Optional.of(text));
    }
  }
}
