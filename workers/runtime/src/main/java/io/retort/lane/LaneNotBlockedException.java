package io.retort.lane;

/** A lane cannot be unblocked, because no failed run blocks it. */
public final class LaneNotBlockedException extends Exception {
  private static final long serialVersionUID = 1L;

  public LaneNotBlockedException(String message) {
    super(message);
  }
}
