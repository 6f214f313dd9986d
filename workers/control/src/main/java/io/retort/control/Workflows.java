package io.retort.control;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.worker.DaemonThreads;
import io.retort.worker.TemporalCalls;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.enums.v1.UpdateWorkflowExecutionLifecycleStage;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.update.v1.UpdateRef;
import io.temporal.api.update.v1.WaitPolicy;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.api.workflowservice.v1.PollWorkflowExecutionUpdateRequest;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.QueryWorkflowResponse;
import io.temporal.api.workflowservice.v1.RequestCancelWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.RequestCancelWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceFutureStub;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.common.converter.DataConverterException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control plane's calls to Temporal: blocking, each with a deadline. */
final class Workflows {
  private static final Logger LOG = LoggerFactory.getLogger(Workflows.class);
  private static final int STARTS_AT_ONCE = 16;
  private static final ExecutorService STARTS =
      Executors.newFixedThreadPool(STARTS_AT_ONCE, DaemonThreads.named("start-run"));

  private final WorkflowClient client;
  private final TemporalCalls temporal;
  private final Deadlines deadlines;

  Workflows(WorkflowClient client, Deadlines deadlines) {
    this.client = client;
    temporal = new TemporalCalls(client);
    this.deadlines = deadlines;
  }

  /**
   * Starts a workflow; returns whether the id was free. The SDK retries for up to a minute on a
   * separate thread, which is interrupted at the deadline.
   */
  boolean start(WorkflowOptions options, String type, Object argument) {
    return start(options, type, argument, "start run " + options.getWorkflowId());
  }

  /**
   * @param attempt what the caller wants, for messages: "start run a"
   */
  private boolean start(WorkflowOptions options, String type, Object argument, String attempt) {
    Future<WorkflowExecution> started =
        STARTS.submit(() -> client.newUntypedWorkflowStub(type, options).start(argument));
    try {
      WorkflowExecution ignored = started.get(deadlines.call().toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof WorkflowExecutionAlreadyStarted) {
        return false;
      }
      throw TemporalErrors.of(attempt, namespace(), e);
    } catch (TimeoutException e) {
      started.cancel(true);
      throw TemporalErrors.of(
          attempt,
          namespace(),
          Status.DEADLINE_EXCEEDED
              .withDescription(deadlines.call().toMillis() + " ms")
              .asRuntimeException());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw TemporalErrors.of(attempt, namespace(), Status.CANCELLED.asRuntimeException());
    }
  }

  /**
   * Waits for the result of a workflow. Throws FAILED_PRECONDITION where it failed by a mistake of
   * the user's, UNAVAILABLE where it failed otherwise, and DEADLINE_EXCEEDED where it goes on.
   */
  <T> T result(String workflowId, Class<T> type) {
    try {
      return client
          .newUntypedWorkflowStub(workflowId)
          .getResult(deadlines.result().toMillis(), TimeUnit.MILLISECONDS, type);
    } catch (TimeoutException e) {
      throw ApiErrors.failure(
          Status.Code.DEADLINE_EXCEEDED,
          FailureCategory.FAILURE_CATEGORY_TIMEOUT,
          "RESULT",
          workflowId
              + " has no result after "
              + deadlines.result().toSeconds()
              + " s (repeat the call, which waits for the same result; is a pipeline worker"
              + " running?)",
          e);
    } catch (WorkflowFailedException e) {
      Failure failure = Failures.fromThrowable(e);
      boolean user = failure.getCategory() == FailureCategory.FAILURE_CATEGORY_USER;
      throw ApiErrors.failure(
          user ? Status.Code.FAILED_PRECONDITION : Status.Code.UNAVAILABLE,
          failure.getCategory(),
          failure.getType(),
          workflowId + ": " + failure.getMessage(),
          e);
    } catch (WorkflowServiceException e) {
      throw TemporalErrors.of("read the result of " + workflowId, namespace(), e);
    }
  }

  /**
   * Runs a short workflow of the run queue under an id of its own. Throws like {@link #start} and
   * {@link #result}.
   */
  <T> T call(ShortCall call, Class<T> type) {
    boolean ignored = start(call.options(), call.type(), call.argument(), call.attempt());
    return result(call.options().getWorkflowId(), type);
  }

  /** The same, for a result that is not worth waiting for: empty if it does not come in time. */
  <T> Optional<T> callBriefly(ShortCall call, Class<T> type) {
    boolean ignored = start(call.options(), call.type(), call.argument(), call.attempt());
    try {
      return Optional.of(
          client
              .newUntypedWorkflowStub(call.options().getWorkflowId())
              .getResult(deadlines.query().toMillis(), TimeUnit.MILLISECONDS, type));
    } catch (TimeoutException | WorkflowFailedException | WorkflowServiceException e) {
      LOG.info("{} has no result in time", call.options().getWorkflowId(), e);
      return Optional.empty();
    }
  }

  /** Asks a workflow to stop; returns whether there is one that has not ended. */
  boolean cancel(String workflowId, String reason) {
    try {
      RequestCancelWorkflowExecutionResponse ignored =
          temporal
              .stub(deadlines.call())
              .requestCancelWorkflowExecution(
                  RequestCancelWorkflowExecutionRequest.newBuilder()
                      .setNamespace(namespace())
                      .setWorkflowExecution(TemporalCalls.execution(workflowId))
                      .setRequestId(UUID.randomUUID().toString())
                      .setIdentity("retort-control")
                      .setReason(reason)
                      .build());
      return true;
    } catch (StatusRuntimeException e) {
      if (TemporalErrors.isWorkflowNotFound(e)) {
        return false;
      }
      throw TemporalErrors.of("cancel run " + workflowId, namespace(), e);
    }
  }

  /** Whether a workflow has carried out an update, also if it has ended since. */
  boolean hasUpdated(String workflowId, String updateId) {
    try {
      return temporal
          .stub(deadlines.call())
          .pollWorkflowExecutionUpdate(
              PollWorkflowExecutionUpdateRequest.newBuilder()
                  .setNamespace(namespace())
                  .setUpdateRef(
                      UpdateRef.newBuilder()
                          .setWorkflowExecution(TemporalCalls.execution(workflowId))
                          .setUpdateId(updateId))
                  .setIdentity("retort-control")
                  .setWaitPolicy(
                      WaitPolicy.newBuilder()
                          .setLifecycleStage(
                              UpdateWorkflowExecutionLifecycleStage
                                  .UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED))
                  .build())
          .getOutcome()
          .hasSuccess();
    } catch (StatusRuntimeException e) {
      if (TemporalErrors.isWorkflowNotFound(e)) {
        return false;
      }
      throw TemporalErrors.of("read an update of " + workflowId, namespace(), e);
    }
  }

  /** Without a deadline: the caller sets one. */
  WorkflowServiceFutureStub futureStub() {
    return temporal.futureStub();
  }

  Payloads encode(Object argument) {
    return temporal.encode(argument);
  }

  /**
   * Empty if the workflow does not exist. Throws the error of {@link TemporalErrors} for a refusal.
   */
  Optional<DescribeWorkflowExecutionResponse> describe(String workflowId) {
    try {
      return Optional.of(
          temporal
              .stub(deadlines.call())
              .describeWorkflowExecution(
                  DescribeWorkflowExecutionRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(TemporalCalls.execution(workflowId))
                      .build()));
    } catch (StatusRuntimeException e) {
      if (TemporalErrors.isWorkflowNotFound(e)) {
        return Optional.empty();
      }
      throw TemporalErrors.of("read " + workflowId, namespace(), e);
    }
  }

  /** Empty if no worker responds in time. */
  <T> Optional<T> query(String workflowId, String query, Class<T> type) {
    try {
      QueryWorkflowResponse response =
          temporal
              .stub(deadlines.query())
              .queryWorkflow(
                  QueryWorkflowRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(TemporalCalls.execution(workflowId))
                      .setQuery(WorkflowQuery.newBuilder().setQueryType(query))
                      .build());
      return decode(response.getQueryResult(), type);
    } catch (StatusRuntimeException e) {
      if (TemporalErrors.isTransient(e.getStatus().getCode())) {
        LOG.debug("query {} of {} was not answered", query, workflowId, e);
      } else {
        LOG.warn("query {} of {} was refused", query, workflowId, e);
      }
      return Optional.empty();
    }
  }

  /** The event that closed a workflow. */
  Optional<HistoryEvent> closeEvent(String workflowId) {
    try {
      List<HistoryEvent> events =
          temporal
              .stub(deadlines.call())
              .getWorkflowExecutionHistory(
                  GetWorkflowExecutionHistoryRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(TemporalCalls.execution(workflowId))
                      .setHistoryEventFilterType(
                          HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
                      .build())
              .getHistory()
              .getEventsList();
      return events.isEmpty() ? Optional.empty() : Optional.of(events.get(events.size() - 1));
    } catch (StatusRuntimeException e) {
      LOG.warn("history of {} was not read", workflowId, e);
      return Optional.empty();
    }
  }

  ListWorkflowExecutionsResponse list(String query, int pageSize, ByteString pageToken) {
    try {
      return temporal
          .stub(deadlines.call())
          .listWorkflowExecutions(
              ListWorkflowExecutionsRequest.newBuilder()
                  .setNamespace(namespace())
                  .setQuery(query)
                  .setPageSize(pageSize)
                  .setNextPageToken(pageToken)
                  .build());
    } catch (StatusRuntimeException e) {
      throw TemporalErrors.of("list runs", namespace(), e);
    }
  }

  /** Empty if there is no payload, or it has another type. */
  <T> Optional<T> decode(Payloads payloads, Class<T> type) {
    if (payloads.getPayloadsCount() == 0) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(temporal.decode(payloads, type));
    } catch (DataConverterException e) {
      LOG.debug("payload is no {}", type.getSimpleName(), e);
      return Optional.empty();
    }
  }

  /** Text of a memo field; empty if it is absent. */
  String memo(WorkflowExecutionInfo info, String key) {
    return text(info.getMemo().getFieldsMap().get(key));
  }

  /** Text of a keyword; empty if it is absent. */
  String searchAttribute(WorkflowExecutionInfo info, String name) {
    return text(info.getSearchAttributes().getIndexedFieldsMap().get(name));
  }

  private String text(@Nullable Payload payload) {
    if (payload == null) {
      return "";
    }
    return decode(Payloads.newBuilder().addPayloads(payload).build(), String.class).orElse("");
  }

  String namespace() {
    return temporal.namespace();
  }
}
