package io.retort.control;

import io.retort.v1.Run;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowServiceException;

/** Asks runs to stop; finished work is kept. */
final class RunCanceller {
  private static final int LONGEST_REASON = 1000;

  private final WorkflowClient client;
  private final RunReader reader;

  RunCanceller(WorkflowClient client, RunReader reader) {
    this.client = client;
    this.reader = reader;
  }

  /** Throws FAILED_PRECONDITION where the run has ended. */
  Run cancel(String runId, String reason) {
    if (reason.length() > LONGEST_REASON) {
      throw ApiErrors.invalid(
          "reason", reason.length() + " characters (expected: at most " + LONGEST_REASON + ")");
    }
    Run run = reader.get(runId);
    if (Phases.isTerminal(run.getPhase())) {
      throw ApiErrors.terminal(runId, Phases.label(run.getPhase()));
    }
    try {
      client.newUntypedWorkflowStub(runId).cancel(reason.isBlank() ? "by request" : reason);
    } catch (WorkflowNotFoundException e) {
      // It has ended in between.
      throw ApiErrors.terminal(runId, Phases.label(reader.get(runId).getPhase()));
    } catch (WorkflowServiceException e) {
      throw ApiErrors.unavailable("Temporal", e.getCause() == null ? e : e.getCause());
    }
    return reader.get(runId);
  }
}
