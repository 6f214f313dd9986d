package io.retort.rows;

import io.retort.v1.ShardProgress;
import java.util.function.Consumer;

/** Heartbeats of work over many rows that may take long between two shards. */
public final class Heartbeats {
  private static final int ROWS = 1_000;

  private final Consumer<ShardProgress> heartbeat;
  private final long total;
  private long done;
  private int rows;

  /**
   * @param heartbeat ends the work by throwing
   * @param total number of shards
   */
  public Heartbeats(Consumer<ShardProgress> heartbeat, long total) {
    this.heartbeat = heartbeat;
    this.total = total;
  }

  public void row() {
    rows++;
    if (rows % ROWS == 0) {
      beat();
    }
  }

  public void shard() {
    done++;
    beat();
  }

  private void beat() {
    heartbeat.accept(ShardProgress.newBuilder().setDone(done).setTotal(total).build());
  }
}
