package io.retort.rows;

/** Signals to shards under way that the process ends: they store finished rows and end. */
public final class ShutdownSignal {
  private volatile boolean requested;

  public void request() {
    requested = true;
  }

  boolean isRequested() {
    return requested;
  }
}
