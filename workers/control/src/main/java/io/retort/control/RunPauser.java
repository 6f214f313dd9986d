package io.retort.control;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.identity.Caller;
import io.retort.run.ApprovalAnswer;
import io.retort.run.RunWorkflow;
import io.retort.v1.ApproveRunRequest;
import io.retort.v1.PauseRunRequest;
import io.retort.v1.RejectRunRequest;
import io.retort.v1.ResumeRunRequest;
import io.retort.v1.Run;
import io.retort.v1.SetRunBudgetRequest;
import java.util.concurrent.CompletableFuture;

/** Pauses, resumes, approves and rejects runs by updates of their workflows. */
final class RunPauser {
  private static final int LONGEST_REASON = 1000;

  private final RunUpdates updates;
  private final RunReader reader;

  RunPauser(RunUpdates updates, RunReader reader) {
    this.updates = updates;
    this.reader = reader;
  }

  /** Fails with FAILED_PRECONDITION if the run has ended. */
  CompletableFuture<Run> pause(PauseRunRequest request) {
    if (request.getReason().length() > LONGEST_REASON) {
      throw ApiErrors.invalid(
          "reason",
          request.getReason().length() + " characters (expected: at most " + LONGEST_REASON + ")");
    }
    return update(request.getRunId(), RunWorkflow.PAUSE, request);
  }

  /** Fails with FAILED_PRECONDITION if the run has ended or its budget is insufficient. */
  CompletableFuture<Run> resume(ResumeRunRequest request) {
    if (request.hasBudget()) {
      checkBudget(request.getBudget());
    }
    return update(request.getRunId(), RunWorkflow.RESUME, request);
  }

  /**
   * The same, once for each id: a repetition has the first result.
   *
   * @param updateId of the update of the run's workflow
   */
  CompletableFuture<Run> resumeOnce(String runId, String updateId) {
    return update(
        runId,
        updates.update(
            checkedLive(runId),
            RunWorkflow.RESUME,
            ResumeRunRequest.newBuilder().setRunId(runId).build(),
            updateId));
  }

  /** Whether {@link #resumeOnce} has resumed the run. */
  boolean hasResumed(String runId, String updateId) {
    return updates.hasAnswered(runId, updateId);
  }

  /** Fails with FAILED_PRECONDITION if the run has ended or has spent that much. */
  CompletableFuture<Run> setBudget(SetRunBudgetRequest request) {
    checkBudget(request.getBudget());
    return update(request.getRunId(), RunWorkflow.SET_BUDGET, request);
  }

  /** Ends with FAILED_PRECONDITION where the run awaits no approval, or one of another report. */
  CompletableFuture<Run> approve(ApproveRunRequest request) {
    return update(
        request.getRunId(),
        RunWorkflow.APPROVE,
        answer(request.getReportDigest(), request.getActor(), request.getNote()));
  }

  /** As {@link #approve}. */
  CompletableFuture<Run> reject(RejectRunRequest request) {
    return update(
        request.getRunId(),
        RunWorkflow.REJECT,
        answer(request.getReportDigest(), request.getActor(), request.getNote()));
  }

  private static ApprovalAnswer answer(String reportDigest, String actor, String note) {
    Caller caller = Caller.current();
    return new ApprovalAnswer(reportDigest, caller.actor(actor), caller.note(actor, note));
  }

  private static void checkBudget(double budget) {
    if (!(budget > 0 && budget < Double.POSITIVE_INFINITY)) {
      throw ApiErrors.invalid("budget", budget + " (expected: > 0 and finite)");
    }
  }

  private CompletableFuture<Run> update(String runId, String update, Object request) {
    return update(runId, updates.update(checkedLive(runId), update, request));
  }

  private String checkedLive(String runId) {
    reader.checkLive(runId);
    return runId;
  }

  private CompletableFuture<Run> update(String runId, CompletableFuture<Run> updated) {
    return updated
        .thenApply(reader::shown)
        .exceptionallyCompose(
            thrown -> {
              boolean ended =
                  thrown instanceof StatusRuntimeException status
                      && status.getStatus().getCode() == Status.Code.NOT_FOUND;
              return CompletableFuture.failedFuture(
                  ended
                      ? ApiErrors.terminal(runId, Phases.label(reader.get(runId).getPhase()))
                      : thrown);
            });
  }
}
