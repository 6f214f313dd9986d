package io.retort.stack;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One process of the stack.
 *
 * @param name of its log and in the state
 * @param environment added to the supervisor's own
 * @param withheld names of variables of the supervisor's own that it does not get
 * @param ready when the next process may start
 * @param startLimit how long it may take to get ready
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

  /** Readiness checks of a started process. Both are asked for when both are given. */
  record Readiness(Optional<Integer> port, Optional<String> logText) {
    static Readiness port(int number) {
      return new Readiness(Optional.of(number), Optional.empty());
    }

    static Readiness log(String text) {
      return new Readiness(Optional.empty(), Optional.of(text));
    }
  }
}
