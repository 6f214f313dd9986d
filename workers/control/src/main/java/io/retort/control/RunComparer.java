package io.retort.control;

import com.google.protobuf.ByteString;
import io.retort.activity.TaskQueues;
import io.retort.enums.RunPhases;
import io.retort.release.ComparisonWorkflow;
import io.retort.report.ComparedRuns;
import io.retort.run.UiText;
import io.retort.store.Store;
import io.retort.v1.CompareReportsRequest;
import io.retort.v1.CompareReportsResponse;
import io.retort.v1.CompareRunsRequest;
import io.retort.v1.CompareRunsResponse;
import io.retort.v1.Run;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowOptions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/** Has one report of several runs written, by a workflow of its own. */
final class RunComparer {
  private static final int FEWEST = 2;
  private static final int MOST = 8;
  private static final Duration LONGEST = Duration.ofMinutes(3);

  private final Workflows workflows;
  private final RunReader reader;
  private final Store store;
  private final String storeUri;

  RunComparer(Workflows workflows, RunReader reader, Store store, String storeUri) {
    this.workflows = workflows;
    this.reader = reader;
    this.store = store;
    this.storeUri = storeUri;
  }

  /**
   * Waits for the report. Throws INVALID_ARGUMENT, NOT_FOUND for an unknown run,
   * FAILED_PRECONDITION for one that has not ended, and DEADLINE_EXCEEDED where the report takes
   * longer: a repeated call waits for the same report.
   */
  CompareRunsResponse compare(CompareRunsRequest request) {
    check(request.getRunIdsList());
    String workflowId = "compare-" + ComparedRuns.name(request.getRunIdsList());
    boolean ignored =
        workflows.start(
            WorkflowOptions.newBuilder()
                .setWorkflowId(workflowId)
                .setTaskQueue(TaskQueues.RUNS)
                .setWorkflowIdReusePolicy(
                    WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                .setWorkflowExecutionTimeout(LONGEST)
                .setStaticSummary(
                    UiText.summary("Compare " + String.join(", ", request.getRunIdsList())))
                .build(),
            ComparisonWorkflow.TYPE,
            CompareReportsRequest.newBuilder()
                .setStoreUri(storeUri)
                .addAllRunIds(request.getRunIdsList())
                .build());
    String reportUri = workflows.result(workflowId, CompareReportsResponse.class).getReportUri();
    try (InputStream html = store.read(reportUri)) {
      return CompareRunsResponse.newBuilder()
          .setReportUri(reportUri)
          .setHtml(ByteString.readFrom(html))
          .build();
    } catch (IOException e) {
      throw ApiErrors.store("read " + reportUri, e);
    }
  }

  private void check(List<String> runIds) {
    if (runIds.size() < FEWEST || runIds.size() > MOST) {
      throw ApiErrors.invalid(
          "run_ids", runIds.size() + " runs (expected: " + FEWEST + " to " + MOST + ")");
    }
    if (new HashSet<>(runIds).size() < runIds.size()) {
      throw ApiErrors.invalid("run_ids", "a run twice (expected: different runs)");
    }
    for (String runId : runIds) {
      Run run = reader.get(runId);
      if (!RunPhases.isTerminal(run.getPhase())) {
        throw ApiErrors.live(runId, Phases.label(run.getPhase()));
      }
    }
  }
}
