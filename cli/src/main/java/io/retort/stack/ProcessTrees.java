package io.retort.stack;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends processes together with all that they have started. */
final class ProcessTrees {
  private static final Duration LONGEST_KILL = Duration.ofSeconds(10);

  /**
   * Asks the process to end, and ends by force what is left of its tree after {@code grace}.
   * Descendants are listed first, since they lose their parent when it ends.
   */
  static void stop(ProcessHandle process, Duration grace) {
    List<ProcessHandle> tree = new ArrayList<>();
    tree.add(process);
    process.descendants().forEach(tree::add);
    process.destroy();
    if (!awaitAll(tree, grace)) {
      kill(tree);
    }
  }

  /** Ends these by force, and waits until they are gone. */
  static void kill(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroyForcibly);
    awaitAll(processes, LONGEST_KILL);
  }

  private static boolean awaitAll(List<ProcessHandle> tree, Duration limit) {
    CompletableFuture<?>[] exits =
        tree.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(exits).get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("an exit is no failure", e);
    }
  }

  private ProcessTrees() {}
}
