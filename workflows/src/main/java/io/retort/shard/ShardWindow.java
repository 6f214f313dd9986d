package io.retort.shard;

import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.Workflow;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the activities of shards as a sliding window: a finished shard makes room for the next one.
 * The first failure cancels the shards under way, waits for them, and is thrown; what they finished
 * is in the store.
 */
public final class ShardWindow {
  /**
   * Length of history from which no more shards are started. Two thousand is the most that it may
   * grow to, and each of at most 64 shards under way adds six: three of its own, and three of the
   * workflow task that hears of its end.
   */
  static final int MOST_EVENTS = 1500;

  private final int inFlight;
  private final IntFunction<Promise<Long>> start;
  private final LongConsumer finished;
  private int next;
  private int running;
  private @Nullable RuntimeException failure;

  /**
   * @param inFlight most shards under way at once, at least 1
   * @param start starts the activity of a 0-based shard, giving its rows
   * @param finished called with the rows of each shard that ends well
   */
  public ShardWindow(int inFlight, IntFunction<Promise<Long>> start, LongConsumer finished) {
    this.inFlight = inFlight;
    this.start = start;
    this.finished = finished;
  }

  /**
   * Runs shards from {@code first} on, as many as the history has room for; returns the first one
   * that was not run.
   */
  public int run(int first, int shards) {
    next = first;
    CancellationScope scope = Workflow.newCancellationScope(() -> startAll(shards));
    scope.run();
    if (failure != null && !scope.isCancelRequested()) {
      scope.cancel("a shard failed");
    }
    Workflow.newDetachedCancellationScope(() -> Workflow.await(() -> running == 0)).run();
    if (failure != null) {
      throw failure;
    }
    return next;
  }

  private void startAll(int shards) {
    while (next < shards && failure == null && hasRoom()) {
      running++;
      start
          .apply(next)
          .handle(
              (rows, thrown) -> {
                running--;
                if (thrown == null) {
                  finished.accept(rows);
                } else if (failure == null) {
                  failure = thrown;
                }
                return null;
              });
      next++;
      Workflow.newDetachedCancellationScope(
              () -> Workflow.await(() -> running < inFlight || failure != null))
          .run();
    }
    Workflow.newDetachedCancellationScope(
            () -> Workflow.await(() -> running == 0 || failure != null))
        .run();
  }

  private static boolean hasRoom() {
    return Workflow.getInfo().getHistoryLength() < MOST_EVENTS;
  }
}
