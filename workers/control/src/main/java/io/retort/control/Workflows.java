package io.retort.control;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.QueryWorkflowResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.common.converter.DataConverter;
import io.temporal.common.converter.DataConverterException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the control plane asks of Temporal: blocking, each call with a deadline. */
final class Workflows {
  private static final Logger LOG = LoggerFactory.getLogger(Workflows.class);
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  // A query needs a live worker; without one the run is told from its description.
  private static final Duration QUERY_DEADLINE = Duration.ofSeconds(3);

  private final WorkflowClient client;

  Workflows(WorkflowClient client) {
    this.client = client;
  }

  /** Empty where there is none. Throws UNAVAILABLE where Temporal does not answer. */
  Optional<DescribeWorkflowExecutionResponse> describe(String workflowId) {
    try {
      return Optional.of(
          stub(DEADLINE)
              .describeWorkflowExecution(
                  DescribeWorkflowExecutionRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(execution(workflowId))
                      .build()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
        return Optional.empty();
      }
      throw ApiErrors.unavailable("Temporal", e);
    }
  }

  /** Empty where no worker answers in time. */
  <T> Optional<T> query(String workflowId, String query, Class<T> type) {
    try {
      QueryWorkflowResponse response =
          stub(QUERY_DEADLINE)
              .queryWorkflow(
                  QueryWorkflowRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(execution(workflowId))
                      .setQuery(WorkflowQuery.newBuilder().setQueryType(query))
                      .build());
      return decode(response.getQueryResult(), type);
    } catch (StatusRuntimeException e) {
      LOG.debug("query {} of {} was not answered", query, workflowId, e);
      return Optional.empty();
    }
  }

  /** The event that closed a workflow. */
  Optional<HistoryEvent> closeEvent(String workflowId) {
    try {
      List<HistoryEvent> events =
          stub(DEADLINE)
              .getWorkflowExecutionHistory(
                  GetWorkflowExecutionHistoryRequest.newBuilder()
                      .setNamespace(namespace())
                      .setExecution(execution(workflowId))
                      .setHistoryEventFilterType(
                          HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
                      .build())
              .getHistory()
              .getEventsList();
      return events.isEmpty() ? Optional.empty() : Optional.of(events.get(events.size() - 1));
    } catch (StatusRuntimeException e) {
      LOG.debug("history of {} was not read", workflowId, e);
      return Optional.empty();
    }
  }

  ListWorkflowExecutionsResponse list(String query, int pageSize, ByteString pageToken) {
    try {
      return stub(DEADLINE)
          .listWorkflowExecutions(
              ListWorkflowExecutionsRequest.newBuilder()
                  .setNamespace(namespace())
                  .setQuery(query)
                  .setPageSize(pageSize)
                  .setNextPageToken(pageToken)
                  .build());
    } catch (StatusRuntimeException e) {
      throw ApiErrors.unavailable("Temporal", e);
    }
  }

  /** Empty where there is no payload, or it is of another type. */
  <T> Optional<T> decode(Payloads payloads, Class<T> type) {
    if (payloads.getPayloadsCount() == 0) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(converter().fromPayloads(0, Optional.of(payloads), type, type));
    } catch (DataConverterException e) {
      LOG.debug("payload is no {}", type.getSimpleName(), e);
      return Optional.empty();
    }
  }

  /** Text of a memo field; empty where there is none. */
  String memo(WorkflowExecutionInfo info, String key) {
    return text(info.getMemo().getFieldsMap().get(key));
  }

  /** Text of a keyword; empty where there is none. */
  String searchAttribute(WorkflowExecutionInfo info, String name) {
    return text(info.getSearchAttributes().getIndexedFieldsMap().get(name));
  }

  private String text(@Nullable Payload payload) {
    if (payload == null) {
      return "";
    }
    return decode(Payloads.newBuilder().addPayloads(payload).build(), String.class).orElse("");
  }

  private WorkflowServiceBlockingStub stub(Duration deadline) {
    return client
        .getWorkflowServiceStubs()
        .blockingStub()
        .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  private DataConverter converter() {
    return client.getOptions().getDataConverter();
  }

  private String namespace() {
    return client.getOptions().getNamespace();
  }

  private static WorkflowExecution execution(String workflowId) {
    return WorkflowExecution.newBuilder().setWorkflowId(workflowId).build();
  }
}
