package io.retort.lane;

import static java.util.Objects.requireNonNull;

/** What a lane does next. */
sealed interface LaneMove {
  String runId();

  /** The run has a slot, and is told so. */
  record Admit(String runId) implements LaneMove {
    public Admit {
      requireNonNull(runId, "runId");
    }
  }

  /**
   * The run is cancelled.
   *
   * @param reason for people
   */
  record Dismiss(String runId, String reason) implements LaneMove {
    public Dismiss {
      requireNonNull(runId, "runId");
      requireNonNull(reason, "reason");
    }
  }
}
