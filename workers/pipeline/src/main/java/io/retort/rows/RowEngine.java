package io.retort.rows;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What all shards of a process share.
 *
 * @param executor starts rows; must not be the thread that calls {@link ShardRunner#run}
 * @param heartbeatEvery longest silence of a shard
 * @param drain how long rows under way may take to finish once their attempt has failed
 */
public record RowEngine(
    Executor executor,
    RowMetrics metrics,
    ShutdownSignal shutdown,
    Duration heartbeatEvery,
    Duration drain) {
  private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(2);
  private static final Duration DRAIN = Duration.ofSeconds(10);

  public RowEngine(Executor executor, RowMetrics metrics, ShutdownSignal shutdown) {
    this(executor, metrics, shutdown, HEARTBEAT_EVERY, DRAIN);
  }
}
