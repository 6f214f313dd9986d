package io.retort.control;

import com.google.protobuf.ByteString;
import io.retort.run.RunSearchAttributes;
import io.retort.run.RunWorkflow;
import io.retort.run.RunWorkflowV1;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.RunPhase;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Lists runs by Temporal's visibility. */
final class RunLister {
  private static final int DEFAULT_PAGE = 50;
  private static final int LARGEST_PAGE = 1000;

  private final Workflows workflows;
  private final RunReader reader;

  RunLister(Workflows workflows, RunReader reader) {
    this.workflows = workflows;
    this.reader = reader;
  }

  ListRunsResponse list(ListRunsRequest request) {
    int pageSize = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    if (pageSize < 1 || pageSize > LARGEST_PAGE) {
      throw ApiErrors.invalid(
          "page_size", request.getPageSize() + " (expected: >= 1 and <= " + LARGEST_PAGE + ")");
    }
    ListWorkflowExecutionsResponse found =
        workflows.list(query(request.getPhasesList()), pageSize, token(request.getPageToken()));
    ListRunsResponse.Builder response = ListRunsResponse.newBuilder();
    for (WorkflowExecutionInfo info : found.getExecutionsList()) {
      response.addRuns(reader.described(info));
    }
    return response
        .setNextPageToken(
            Base64.getUrlEncoder().encodeToString(found.getNextPageToken().toByteArray()))
        .build();
  }

  /** Ids of the runs that have not ended. */
  Set<String> openRuns() {
    Set<String> ids = new HashSet<>();
    ByteString token = ByteString.EMPTY;
    do {
      ListWorkflowExecutionsResponse page =
          workflows.list(
              query(List.of()) + " AND ExecutionStatus = 'Running'", LARGEST_PAGE, token);
      page.getExecutionsList().forEach(info -> ids.add(info.getExecution().getWorkflowId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return ids;
  }

  private static String query(List<RunPhase> phases) {
    String runs = "WorkflowType IN ('" + RunWorkflow.TYPE + "', '" + RunWorkflowV1.TYPE + "')";
    return phases.isEmpty()
        ? runs
        : runs
            + phases.stream()
                .distinct()
                .map(RunLister::condition)
                .collect(Collectors.joining(" OR ", " AND (", ")"));
  }

  /** A workflow that was ended from outside could not set its own phase any more. */
  private static String condition(RunPhase phase) {
    return switch (phase) {
      case RUN_PHASE_SUCCEEDED -> "ExecutionStatus = 'Completed'";
      case RUN_PHASE_FAILED -> "ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')";
      case RUN_PHASE_CANCELLED -> "ExecutionStatus = 'Canceled'";
      case RUN_PHASE_QUEUED,
          RUN_PHASE_WAITING_FOR_RESOURCES,
          RUN_PHASE_RUNNING,
          RUN_PHASE_PAUSED,
          RUN_PHASE_AWAITING_APPROVAL ->
          "(ExecutionStatus = 'Running' AND "
              + RunSearchAttributes.PHASE.getName()
              + " = '"
              + Phases.label(phase)
              + "')";
      case RUN_PHASE_UNSPECIFIED, UNRECOGNIZED ->
          throw ApiErrors.invalid("phases", phase + " (expected: a phase of a run)");
    };
  }

  private static ByteString token(String text) {
    try {
      return ByteString.copyFrom(Base64.getUrlDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw ApiErrors.invalid(
          "page_token", '"' + text + "\" (expected: next_page_token of an earlier answer)");
    }
  }
}
