package io.retort.cli;

import io.grpc.StatusRuntimeException;
import io.retort.v1.Run;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/** Prints a line for each change of any run, until it is interrupted. */
final class RunListWatcher {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int HEARTBEAT_SECONDS = 15;
  private static final long RECONNECT_MILLISECONDS = 1000;

  private final ControlClient client;
  private final PrintWriter out;
  private final Map<String, String> shown = new HashMap<>();
  private long revision;
  private long lastContactAt = System.nanoTime();

  RunListWatcher(ControlClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  /** Returns 0 if the control plane ends the stream; goes on after a lost connection. */
  int watch(String filter) {
    while (true) {
      try {
        Iterator<WatchRunsResponse> changes =
            client
                .runStreams()
                .watchRuns(
                    WatchRunsRequest.newBuilder()
                        .setFilter(filter)
                        .setAfterRevision(revision)
                        .setHeartbeatSeconds(HEARTBEAT_SECONDS)
                        .build());
        while (changes.hasNext()) {
          lastContactAt = System.nanoTime();
          show(changes.next());
        }
        return 0;
      } catch (StatusRuntimeException e) {
        if (!RpcErrors.isTransient(e) || System.nanoTime() - lastContactAt > PATIENCE.toNanos()) {
          throw e;
        }
        pause(e);
      }
    }
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
    revision = Math.max(revision, change.getRevision());
  }

  private static void pause(StatusRuntimeException reason) {
    try {
      Thread.sleep(RECONNECT_MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw reason;
    }
  }
}
