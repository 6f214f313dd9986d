package io.retort.control;

import com.google.common.collect.Lists;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.retort.identity.Caller;
import io.retort.run.RunSearchAttributes;
import io.retort.run.RunWorkflow;
import io.retort.run.RunWorkflowV1;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import io.retort.v1.Role;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Lists runs: first those in Temporal's visibility, in its order, then those of the store that
 * Temporal no longer has, newest first. A page reads only the records that it shows.
 *
 * <p>Visibility may be several seconds behind, so a run without a recorded end counts as forgotten
 * only if Temporal cannot describe it either.
 */
final class RunLister {
  private static final int DEFAULT_PAGE = 50;
  private static final int LARGEST_PAGE = 1000;

  /** Number of runs of the store about which Temporal is queried at once. */
  private static final int KNOWN_CHUNK = 100;

  private final Workflows workflows;
  private final RunReader reader;
  private final RecordedRunIndex recorded;

  RunLister(Workflows workflows, RunReader reader, RecordedRunIndex recorded) {
    this.workflows = workflows;
    this.reader = reader;
    this.recorded = recorded;
  }

  ListRunsResponse list(ListRunsRequest request) {
    int pageSize = request.getPageSize() == 0 ? DEFAULT_PAGE : request.getPageSize();
    if (pageSize < 1 || pageSize > LARGEST_PAGE) {
      throw ApiErrors.invalid(
          "page_size", request.getPageSize() + " (expected: >= 1 and <= " + LARGEST_PAGE + ")");
    }
    Optional<Set<String>> teams = Caller.current().teams(Role.ROLE_VIEWER);
    String query = query(request.getPhasesList()) + ofTeams(teams);
    RunPageToken from = RunPageToken.decode(request.getPageToken());
    ListRunsResponse.Builder response = ListRunsResponse.newBuilder();
    if (!from.inStore()) {
      ListWorkflowExecutionsResponse found = workflows.list(query, pageSize, from.temporal());
      for (WorkflowExecutionInfo info : found.getExecutionsList()) {
        response.addRuns(reader.described(info));
      }
      if (!found.getNextPageToken().isEmpty()) {
        return response
            .setNextPageToken(RunPageToken.temporal(found.getNextPageToken()).encode())
            .build();
      }
    }
    try {
      addForgotten(from.last(), pageSize, request.getPhasesList(), response);
    } catch (StatusRuntimeException e) {
      if (response.getRunsCount() == 0) {
        throw e;
      }
      // Runs from Temporal are still listed; the next page reports the error.
      response.setNextPageToken(RunPageToken.store(from.last()).encode());
    }
    return response.build();
  }

  /** Fills a page with runs of the store that Temporal no longer has. */
  private void addForgotten(
      Optional<RecordedRunIndex.Entry> last,
      int pageSize,
      List<RunPhase> phases,
      ListRunsResponse.Builder response) {
    List<RecordedRunIndex.Entry> candidates =
        recorded.after(last).stream().filter(entry -> matches(entry, phases)).toList();
    List<Unlisted> page = new ArrayList<>();
    int wanted = pageSize - response.getRunsCount();
    // One more than requested, to find out whether there is another page.
    for (List<RecordedRunIndex.Entry> chunk : Lists.partition(candidates, KNOWN_CHUNK)) {
      Set<String> known = knownToTemporal(chunk);
      for (RecordedRunIndex.Entry entry : chunk) {
        if (page.size() <= wanted && !known.contains(entry.runId())) {
          Optional<Run> live =
              Phases.isTerminal(entry.phase()) ? Optional.empty() : reader.known(entry.runId());
          if (live.isEmpty() || phases.isEmpty() || phases.contains(live.get().getPhase())) {
            page.add(new Unlisted(entry, live));
          }
        }
      }
      if (page.size() > wanted) {
        break;
      }
    }
    boolean more = page.size() > wanted;
    List<Unlisted> shown = more ? page.subList(0, wanted) : page;
    Caller caller = Caller.current();
    runs(shown).stream()
        .filter(run -> caller.holds(Role.ROLE_VIEWER, RequestResources.teamOf(run.getSpec())))
        .forEach(response::addRuns);
    if (more) {
      Optional<RecordedRunIndex.Entry> end =
          shown.isEmpty() ? last : Optional.of(shown.get(shown.size() - 1).entry());
      response.setNextPageToken(RunPageToken.store(end).encode());
    }
  }

  /**
   * A run of the store that visibility does not list.
   *
   * @param live as Temporal describes it; empty for a run that Temporal no longer has
   */
  private record Unlisted(RecordedRunIndex.Entry entry, Optional<Run> live) {}

  /** The runs in the same order, without those whose record no longer exists. */
  private List<Run> runs(List<Unlisted> unlisted) {
    Map<String, Run> records =
        recorded
            .read(
                unlisted.stream().filter(one -> one.live().isEmpty()).map(Unlisted::entry).toList())
            .stream()
            .collect(Collectors.toMap(Run::getRunId, Function.identity()));
    return unlisted.stream()
        .flatMap(
            one ->
                one
                    .live()
                    .or(
                        () ->
                            Optional.ofNullable(records.get(one.entry().runId()))
                                .map(RunReader::forgotten))
                    .stream())
        .toList();
  }

  /**
   * Whether the recorded phase matches. A run whose workflow Temporal deleted before its end was
   * recorded is reported as failed. An open run that visibility does not list yet can be
   * distinguished only after Temporal has described it.
   */
  private static boolean matches(RecordedRunIndex.Entry entry, List<RunPhase> phases) {
    RunPhase phase = Phases.isTerminal(entry.phase()) ? entry.phase() : RunPhase.RUN_PHASE_FAILED;
    return phases.isEmpty() || phases.contains(phase);
  }

  private Set<String> knownToTemporal(List<RecordedRunIndex.Entry> entries) {
    String ids =
        entries.stream()
            .map(entry -> "'" + entry.runId() + "'")
            .collect(Collectors.joining(", ", "WorkflowId IN (", ")"));
    return workflows.list(ids, entries.size(), ByteString.EMPTY).getExecutionsList().stream()
        .map(info -> info.getExecution().getWorkflowId())
        .collect(Collectors.toSet());
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

  /** Restricts a query to runs that the caller may see. */
  private static String ofTeams(Optional<Set<String>> teams) {
    return teams
        .map(
            names ->
                names.stream()
                    .map(name -> "'" + name + "'")
                    .collect(
                        Collectors.joining(
                            ", ", " AND " + RunSearchAttributes.TEAM.getName() + " IN (", ")")))
        .orElse("");
  }

  /** Includes workflows that were terminated, which could not set their phase. */
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
}
