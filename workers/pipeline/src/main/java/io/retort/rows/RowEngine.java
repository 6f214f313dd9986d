package io.retort.rows;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Resources that all shards of a process share.
 *
 * @param executor starts rows; must not be the thread that calls {@link ShardRunner#run}
 * @param heartbeatEvery maximum time between heartbeats of a shard
 * @param saveEvery maximum time that finished rows wait to be stored together with others
 * @param drain maximum time for running rows to finish after their attempt has failed
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
