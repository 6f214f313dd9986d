package io.retort.control;

import io.grpc.StatusRuntimeException;
import io.retort.run.RunWorkflow;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.failure.ApplicationFailure;

/** Pauses and resumes runs by updates of their workflows. */
final class RunPauser {
  private static final int LONGEST_REASON = 1000;

  private final WorkflowClient client;
  private final RunReader reader;

  RunPauser(WorkflowClient client, RunReader reader) {
    this.client = client;
    this.reader = reader;
  }

  /** Throws FAILED_PRECONDITION where the run has ended. */
  Run pause(PauseRunRequest request) {
    if (request.getReason().length() > LONGEST_REASON) {
      throw ApiErrors.invalid(
          "reason",
          request.getReason().length() + " characters (expected: at most " + LONGEST_REASON + ")");
    }
    return update(request.getRunId(), RunWorkflow.PAUSE, request);
  }

  /** Throws FAILED_PRECONDITION where the run has ended or its budget is not enough. */
  Run resume(ResumeRunRequest request) {
    if (request.hasBudget()
        && !(request.getBudget() > 0 && request.getBudget() < Double.POSITIVE_INFINITY)) {
      throw ApiErrors.invalid("budget", request.getBudget() + " (expected: > 0 and finite)");
    }
    return update(request.getRunId(), RunWorkflow.RESUME, request);
  }

  private Run update(String runId, String update, Object request) {
    Run run = reader.get(runId);
    if (Phases.isTerminal(run.getPhase())) {
      throw ApiErrors.terminal(runId, Phases.label(run.getPhase()));
    }
    try {
      return client.newUntypedWorkflowStub(runId).update(update, Run.class, request);
    } catch (WorkflowUpdateException e) {
      throw refused(e);
    } catch (WorkflowNotFoundException e) {
      // It has ended in between.
      throw ApiErrors.terminal(runId, Phases.label(reader.get(runId).getPhase()));
    } catch (WorkflowServiceException e) {
      throw ApiErrors.unavailable("Temporal", e.getCause() == null ? e : e.getCause());
    }
  }

  private static StatusRuntimeException refused(WorkflowUpdateException refusal) {
    String message =
        refusal.getCause() instanceof ApplicationFailure failure
            ? failure.getOriginalMessage()
            : String.valueOf(refusal.getMessage());
    return ApiErrors.precondition(message, refusal);
  }
}
