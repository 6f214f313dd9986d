package io.retort.cli;

import io.retort.stack.LocalStack;
import io.retort.stack.Repository;
import io.retort.stack.StackState;
import io.retort.store.Store;
import java.util.Map;
import picocli.CommandLine.Option;

/** The store of a control plane, for commands that use it without the control plane. */
final class AccessStore {
  @Option(
      names = "--store",
      paramLabel = "LOCATION",
      description = "The control plane's store; default: RETORT_STORE, or the local stack's.")
  private String uri = "";

  /**
   * @throws CommandException if no store is known
   */
  String uri(Map<String, String> environment) {
    String chosen = uri.isBlank() ? environment.getOrDefault("RETORT_STORE", "") : uri;
    if (chosen.isBlank()) {
      chosen =
          new LocalStack(Repository.path(), environment)
              .running()
              .map(StackState::store)
              .orElseThrow(
                  () ->
                      new CommandException(
                          "no store is known (expected: --store URI, RETORT_STORE, or a running"
                              + " local stack)"));
    }
    String complete = chosen.startsWith("/") ? "file://" + chosen : chosen;
    return complete.endsWith("/") ? complete.substring(0, complete.length() - 1) : complete;
  }

  static Store open(String uri) {
    try {
      return Store.open(uri);
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
  }
}
