package io.retort.control;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.FailureCategory;
import io.retort.v1.Run;
import io.retort.worker.TemporalCalls;
import io.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
import io.temporal.api.update.v1.Input;
import io.temporal.api.update.v1.Meta;
import io.temporal.api.update.v1.Outcome;
import io.temporal.api.update.v1.Request;
import io.temporal.api.update.v1.WaitPolicy;
import io.temporal.api.workflowservice.v1.UpdateWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.UpdateWorkflowExecutionResponse;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends updates to workflows. No thread blocks on an update: if no worker runs, it stays unanswered
 * until its deadline, and any number of updates may be pending.
 */
final class RunUpdates {
  private final Workflows workflows;
  private final Deadlines deadlines;
  private final Executor executor;

  /**
   * @param executor runs the continuations of responses
   */
  RunUpdates(Workflows workflows, Deadlines deadlines, Executor executor) {
    this.workflows = workflows;
    this.deadlines = deadlines;
    this.executor = executor;
  }

  /**
   * Completes with the result of the update; fails with FAILED_PRECONDITION if the workflow refuses
   * it, NOT_FOUND if the workflow has ended, and DEADLINE_EXCEEDED if no worker has responded.
   */
  CompletableFuture<Run> update(String runId, String name, Object argument) {
    return update(runId, name, argument, UUID.randomUUID().toString());
  }

  /**
   * The same; an update that the run has answered under this id is not made again, and has the same
   * result.
   */
  CompletableFuture<Run> update(String runId, String name, Object argument, String updateId) {
    CompletableFuture<Run> result = new CompletableFuture<>();
    UpdateWorkflowExecutionRequest request =
        UpdateWorkflowExecutionRequest.newBuilder()
            .setNamespace(workflows.namespace())
            .setWorkflowExecution(TemporalCalls.execution(runId))
            .setWaitPolicy(
                WaitPolicy.newBuilder()
                    .setLifecycleStage(
                        UpdateWorkflowExecutionLifecycleStage
                            .UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED))
            .setRequest(
                Request.newBuilder()
                    .setMeta(Meta.newBuilder().setUpdateId(updateId).setIdentity("retort-control"))
                    .setInput(Input.newBuilder().setName(name).setArgs(workflows.encode(argument))))
            .build();
    send(new Pending(runId, request, System.nanoTime() + deadlines.update().toNanos(), result));
    return result;
  }

  /** Whether the run has carried out an update of this id, also if it has ended since. */
  boolean hasAnswered(String runId, String updateId) {
    return workflows.hasUpdated(runId, updateId);
  }

  private void send(Pending pending) {
    Futures.addCallback(
        workflows
            .futureStub()
            .withDeadlineAfter(Math.max(1, pending.until - System.nanoTime()), TimeUnit.NANOSECONDS)
            .updateWorkflowExecution(pending.request),
        new FutureCallback<>() {
          @Override
          public void onSuccess(@Nullable UpdateWorkflowExecutionResponse response) {
            try {
              answered(pending, Objects.requireNonNull(response));
            } catch (RuntimeException e) {
              pending.result.completeExceptionally(e);
            }
          }

          @Override
          public void onFailure(Throwable thrown) {
            pending.result.completeExceptionally(refused(pending, thrown));
          }
        },
        executor);
  }

  private void answered(Pending pending, UpdateWorkflowExecutionResponse response) {
    switch (response.getOutcome().getValueCase()) {
      case SUCCESS ->
          pending.result.complete(
              workflows
                  .decode(response.getOutcome().getSuccess(), Run.class)
                  .orElseThrow(() -> new IllegalStateException("an update that answers no run")));
      case FAILURE -> pending.result.completeExceptionally(refused(response.getOutcome()));
      // Temporal stops waiting before the caller does; a repetition with the same id refers to the
      // same update.
      case VALUE_NOT_SET -> {
        if (System.nanoTime() - pending.until < 0) {
          send(pending);
        } else {
          pending.result.completeExceptionally(unanswered(pending, null));
        }
      }
    }
  }

  private static StatusRuntimeException refused(Outcome outcome) {
    return ApiErrors.failure(
        Status.Code.FAILED_PRECONDITION,
        FailureCategory.FAILURE_CATEGORY_USER,
        "RUN_REFUSES",
        outcome.getFailure().getMessage(),
        null);
  }

  private StatusRuntimeException refused(Pending pending, Throwable thrown) {
    if (thrown instanceof StatusRuntimeException status) {
      if (status.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
        return unanswered(pending, status);
      }
      if (TemporalErrors.isWorkflowNotFound(status)) {
        return status;
      }
    }
    return TemporalErrors.of(
        pending.name() + " run " + pending.runId, workflows.namespace(), thrown);
  }

  private StatusRuntimeException unanswered(Pending pending, @Nullable Throwable cause) {
    return ApiErrors.failure(
        Status.Code.DEADLINE_EXCEEDED,
        FailureCategory.FAILURE_CATEGORY_TIMEOUT,
        "UPDATE_UNANSWERED",
        pending.name()
            + " of run "
            + pending.runId
            + ": no pipeline worker has answered within "
            + deadlines.update().toMillis()
            + " ms (expected: a running one; it may still execute the update later: check the run"
            + " before a retry)",
        cause);
  }

  private record Pending(
      String runId,
      UpdateWorkflowExecutionRequest request,
      long until,
      CompletableFuture<Run> result) {
    String name() {
      return request.getRequest().getInput().getName();
    }
  }
}
