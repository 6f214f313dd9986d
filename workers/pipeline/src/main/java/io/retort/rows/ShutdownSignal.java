package io.retort.rows;

/** Tells shards under way that the process ends: they keep what is finished and hand over. */
public final class ShutdownSignal {
  private volatile boolean requested;

  public void request() {
    requested = true;
  }

  boolean isRequested() {
    return requested;
  }
}
