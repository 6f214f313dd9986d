package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import io.temporal.common.converter.DefaultDataConverter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Answers visibility queries, which the in-memory server does not support, and records them. */
final class FakeVisibility implements ClientInterceptor {
  final List<ListWorkflowExecutionsRequest> requests = new CopyOnWriteArrayList<>();
  volatile ListWorkflowExecutionsResponse response =
      ListWorkflowExecutionsResponse.getDefaultInstance();

  /** Workflows that a query by id finds. */
  final Set<String> known = ConcurrentHashMap.newKeySet();

  /** Queries of runs; the server also asks for watched triggers. */
  List<ListWorkflowExecutionsRequest> ofRuns() {
    return requests.stream().filter(one -> one.getQuery().contains("'Run'")).toList();
  }

  /** A running workflow with a search attribute, as visibility lists it. */
  static WorkflowExecutionInfo.Builder running(String workflowId, String attribute, String value) {
    WorkflowExecutionInfo.Builder info =
        WorkflowExecutionInfo.newBuilder()
            .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId).setRunId("x"))
            .setStatus(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING)
            .setStartTime(Timestamps.fromSeconds(1));
    info.getSearchAttributesBuilder()
        .putIndexedFields(
            attribute, DefaultDataConverter.STANDARD_INSTANCE.toPayload(value).orElseThrow());
    return info;
  }

  private ListWorkflowExecutionsResponse knownOnes() {
    ListWorkflowExecutionsResponse.Builder found = ListWorkflowExecutionsResponse.newBuilder();
    for (String id : known) {
      found.addExecutionsBuilder().setExecution(WorkflowExecution.newBuilder().setWorkflowId(id));
    }
    return found.build();
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    if (!method
        .getFullMethodName()
        .equals(WorkflowServiceGrpc.getListWorkflowExecutionsMethod().getFullMethodName())) {
      return next.newCall(method, options);
    }
    return new ClientCall<>() {
      private ClientCall.@Nullable Listener<R> listener;
      private boolean byId;

      @Override
      public void start(ClientCall.Listener<R> responseListener, Metadata headers) {
        listener = responseListener;
      }

      @Override
      public void sendMessage(Q message) {
        ListWorkflowExecutionsRequest request = (ListWorkflowExecutionsRequest) message;
        byId = request.getQuery().startsWith("WorkflowId IN");
        requests.add(request);
      }

      @Override
      @SuppressWarnings("unchecked")
      public void halfClose() {
        if (listener != null) {
          listener.onMessage((R) (byId ? knownOnes() : response));
          listener.onClose(Status.OK, new Metadata());
        }
      }

      @Override
      public void request(int count) {}

      @Override
      public void cancel(@Nullable String message, @Nullable Throwable cause) {}
    };
  }
}
