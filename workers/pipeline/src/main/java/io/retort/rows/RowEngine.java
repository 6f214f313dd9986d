package io.retort.rows;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Resources that all shards of a process share.
 *
 * @param executor starts rows; must not be the thread that calls {@link ShardRunner#run}
 * @param heartbeatEvery longest silence of a shard
 * @param saveEvery how long finished rows may wait for others before they are stored together
 * @param drain how long rows under way may take to finish once their attempt has failed
 */
public record RowEngine(
    Executor executor,
    RowSlots slots,
    RowMetrics metrics,
    ShutdownSignal shutdown,
    Duration heartbeatEvery,
    Duration saveEvery,
    Duration drain) {
  private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(2);
  private static final Duration SAVE_EVERY = Duration.ofMillis(100);
  private static final Duration DRAIN = Duration.ofSeconds(10);

  public RowEngine(Executor executor, RowSlots slots, RowMetrics metrics, ShutdownSignal shutdown) {
    this(executor, slots, metrics, shutdown, HEARTBEAT_EVERY, SAVE_EVERY, DRAIN);
  }
}
