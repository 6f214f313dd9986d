package io.retort.stack;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends processes together with their descendants. */
final class ProcessTrees {
  private static final Duration LONGEST_KILL = Duration.ofSeconds(10);

  /**
   * Requests the process to end, and kills the remaining processes of its tree after {@code grace}.
   * Descendants are listed first, because they lose their parent when it ends.
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

  /** Kills the processes, and waits until they have ended. */
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
