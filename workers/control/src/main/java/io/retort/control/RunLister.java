package io.retort.control;

import com.google.protobuf.ByteString;
import io.retort.run.RunWorkflow;
import io.retort.run.RunWorkflowV1;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lists runs from the index: the same answer for runs that Temporal has and for recorded ones. */
final class RunLister {
  private static final int LARGEST_PAGE = 1000;

  private final Workflows workflows;
  private final RunIndex index;

  RunLister(Workflows workflows, RunIndex index) {
    this.workflows = workflows;
    this.index = index;
  }

  ListRunsResponse list(ListRunsRequest request) {
    RunQuery query =
        RunQuery.of(request.getFilter(), request.getPhasesList(), request.getPageSize());
    RunOrder order = RunOrder.of(request.getOrderBy());
    String digest =
        RunPageToken.query(
            List.of(request.getFilter(), order.name(), request.getPhasesList().toString()));
    Comparator<RunPageToken> comparator = order.comparator();
    RunSnapshot snapshot = index.snapshot();
    List<IndexedRun> selected = new ArrayList<>();
    if (request.getPageToken().isEmpty()) {
      snapshot.runs().stream().filter(query::selects).forEach(selected::add);
    } else {
      RunPageToken last = RunPageToken.decode(request.getPageToken(), digest);
      snapshot.runs().stream()
          .filter(run -> comparator.compare(RunPageToken.after(run, digest), last) > 0)
          .filter(query::selects)
          .forEach(selected::add);
    }
    if (order != RunOrder.CREATED_DESC) {
      selected.sort(Comparator.comparing(run -> RunPageToken.after(run, digest), comparator));
    }
    return page(selected, query.pageSize(), digest, snapshot);
  }

  private static ListRunsResponse page(
      List<IndexedRun> selected, int pageSize, String digest, RunSnapshot snapshot) {
    List<IndexedRun> page = selected.subList(0, Math.min(pageSize, selected.size()));
    if (page.isEmpty() && snapshot.fault().isPresent()) {
      throw snapshot.fault().get();
    }
    ListRunsResponse.Builder response = ListRunsResponse.newBuilder();
    page.forEach(run -> response.addRuns(run.run()));
    // Where the store does not answer, the next page reports it.
    if (!page.isEmpty() && (page.size() < selected.size() || snapshot.fault().isPresent())) {
      response.setNextPageToken(RunPageToken.after(page.get(page.size() - 1), digest).encode());
    }
    return response.build();
  }

  /** Ids of the runs that have not ended, as Temporal lists them now. */
  Set<String> openRuns() {
    String query =
        "WorkflowType IN ('"
            + RunWorkflow.TYPE
            + "', '"
            + RunWorkflowV1.TYPE
            + "') AND ExecutionStatus = 'Running'";
    Set<String> ids = new HashSet<>();
    ByteString token = ByteString.EMPTY;
    do {
      ListWorkflowExecutionsResponse page = workflows.list(query, LARGEST_PAGE, token);
      page.getExecutionsList().forEach(info -> ids.add(info.getExecution().getWorkflowId()));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return ids;
  }
}
