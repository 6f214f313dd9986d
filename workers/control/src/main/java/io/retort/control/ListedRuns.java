package io.retort.control;

import io.retort.v1.Run;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Runs as Temporal's visibility lists them. A run is made of its description, which takes two specs
 * to be parsed, only when something that it shows has changed. Not thread-safe.
 */
final class ListedRuns {
  private final Function<WorkflowExecutionInfo, Run> described;
  private final Map<String, Listed> listed = new HashMap<>();

  /**
   * @param described makes a run of its description
   */
  ListedRuns(Function<WorkflowExecutionInfo, Run> described) {
    this.described = described;
  }

  /**
   * @param seen what the run was made of
   */
  private record Listed(WorkflowExecutionInfo seen, Run run) {}

  /** The same object for a run that looks as it did when it was listed last. */
  Run of(WorkflowExecutionInfo info) {
    WorkflowExecutionInfo seen = seen(info);
    Listed before = listed.get(info.getExecution().getWorkflowId());
    if (before != null && before.seen().equals(seen)) {
      return before.run();
    }
    Run run = described.apply(info);
    listed.put(run.getRunId(), new Listed(seen, run));
    return run;
  }

  /** Forgets all other runs. */
  void keep(Set<String> runIds) {
    listed.keySet().retainAll(runIds);
  }

  /** Without what changes with each event of a workflow, and without its memo, which never does. */
  private static WorkflowExecutionInfo seen(WorkflowExecutionInfo info) {
    return WorkflowExecutionInfo.newBuilder()
        .setExecution(info.getExecution())
        .setStatus(info.getStatus())
        .setStartTime(info.getStartTime())
        .setCloseTime(info.getCloseTime())
        .setSearchAttributes(info.getSearchAttributes())
        .build();
  }
}
