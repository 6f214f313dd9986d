package io.retort.control;

import io.retort.v1.Run;

/** Cancels runs; finished work is kept. */
final class RunCanceller {
  private static final int LONGEST_REASON = 1000;

  private final Workflows workflows;
  private final RunReader reader;

  RunCanceller(Workflows workflows, RunReader reader) {
    this.workflows = workflows;
    this.reader = reader;
  }

  /** Throws FAILED_PRECONDITION if the run has ended. */
  Run cancel(String runId, String reason) {
    if (reason.length() > LONGEST_REASON) {
      throw ApiErrors.invalid(
          "reason", reason.length() + " characters (expected: at most " + LONGEST_REASON + ")");
    }
    reader.checkLive(runId);
    if (!workflows.cancel(runId, reason.isBlank() ? "by request" : reason)) {
      // The run has ended in the meantime.
      throw ApiErrors.terminal(runId, Phases.label(reader.get(runId).getPhase()));
    }
    return reader.get(runId);
  }
}
