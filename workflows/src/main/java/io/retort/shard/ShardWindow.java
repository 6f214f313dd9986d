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
  /** A shard activity is three events; two thousand is the most that a history may grow to. */
  public static final int SHARDS_PER_HISTORY = 400;

  private final int inFlight;
  private final IntFunction<Promise<Long>> start;
  private final LongConsumer finished;
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
   * Runs at most {@link #SHARDS_PER_HISTORY} shards from {@code next} on; returns the first one
   * that was not run.
   */
  public int run(int next, int shards) {
    int end = (int) Math.min(shards, (long) next + SHARDS_PER_HISTORY);
    CancellationScope scope = Workflow.newCancellationScope(() -> startAll(next, end));
    scope.run();
    if (failure != null && !scope.isCancelRequested()) {
      scope.cancel("a shard failed");
    }
    Workflow.newDetachedCancellationScope(() -> Workflow.await(() -> running == 0)).run();
    if (failure != null) {
      throw failure;
    }
    return end;
  }

  private void startAll(int next, int end) {
    for (int shard = next; shard < end && failure == null; shard++) {
      running++;
      start
          .apply(shard)
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
      Workflow.newDetachedCancellationScope(
              () -> Workflow.await(() -> running < inFlight || failure != null))
          .run();
    }
    Workflow.newDetachedCancellationScope(
            () -> Workflow.await(() -> running == 0 || failure != null))
        .run();
  }
}
