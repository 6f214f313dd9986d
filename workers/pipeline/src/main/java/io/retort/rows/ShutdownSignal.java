package io.retort.rows;

/** Signals running shards that the process is ending; they store finished rows and end. */
public final class ShutdownSignal {
  private volatile boolean requested;

  public void request() {
    requested = true;
  }

  boolean isRequested() {
    return requested;
  }
}
