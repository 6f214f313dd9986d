package io.retort.cli;

import io.retort.client.Watch;
import io.retort.v1.Run;
import io.retort.v1.WatchRunsResponse;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;

/** Prints a line for each change of any run, until it is interrupted. */
final class RunListWatcher {
  private final ControlClient client;
  private final PrintWriter out;
  private final Map<String, String> shown = new HashMap<>();

  RunListWatcher(ControlClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  /** Returns 0 if the control plane ends the stream; goes on after a lost connection. */
  int watch(String filter) {
    try (Watch<WatchRunsResponse> watch = client.watchRuns(filter)) {
      watch.forEachRemaining(this::show);
    }
    return 0;
  }

  private void show(WatchRunsResponse change) {
    for (Run run : change.getRunsList()) {
      String line = RunLine.of(run);
      if (!line.equals(shown.put(run.getRunId(), line))) {
        out.println(line);
      }
    }
    for (String runId : change.getRemovedList()) {
      if (shown.remove(runId) != null) {
        out.println(runId + " left the list");
      }
    }
    out.flush();
  }
}
