package io.retort.control;

import io.retort.v1.RunWindow;
import io.retort.v1.WatchRunsResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one watcher has of its window, and the messages that bring it up to date. */
final class WatchWindow {
  /** Runs of one message, so that it fits into gRPC's default limit of 4 MiB. */
  private static final int BATCH = 100;

  /** Control planes notice the same change at most that far apart. Revisions are milliseconds. */
  private static final long LONGEST_DELAY_MILLIS = 600_000;

  private final long afterRevision;
  private final Map<String, Long> sent = new HashMap<>();
  private boolean begun;

  /**
   * @param afterRevision the last revision that the client has; 0: none
   */
  WatchWindow(long afterRevision) {
    this.afterRevision = afterRevision;
  }

  /**
   * The messages that the client lacks; none if it has everything.
   *
   * @param window the newest runs of the snapshot that the watcher selects
   */
  List<WatchRunsResponse> update(RunSnapshot snapshot, List<IndexedRun> window) {
    return begun ? changes(snapshot, window) : beginning(snapshot, window);
  }

  private List<WatchRunsResponse> beginning(RunSnapshot snapshot, List<IndexedRun> window) {
    begun = true;
    boolean resumes = afterRevision >= snapshot.since() && afterRevision <= snapshot.revision();
    List<WatchRunsResponse> messages = new ArrayList<>();
    if (!resumes) {
      messages.add(WatchRunsResponse.newBuilder().setResync(true).build());
    }
    // The client may have its revision from another control plane, which notices some changes later
    // than this one. What is sent twice does no harm.
    List<IndexedRun> missing =
        window.stream()
            .filter(run -> !resumes || run.revision() > afterRevision - LONGEST_DELAY_MILLIS)
            .toList();
    messages.addAll(runs(missing));
    RunWindow.Builder ids = RunWindow.newBuilder();
    window.forEach(run -> ids.addRunIds(run.runId()));
    messages.add(
        WatchRunsResponse.newBuilder().setWindow(ids).setRevision(snapshot.revision()).build());
    remember(window);
    return messages;
  }

  private List<WatchRunsResponse> changes(RunSnapshot snapshot, List<IndexedRun> window) {
    List<IndexedRun> changed =
        window.stream()
            .filter(run -> !Long.valueOf(run.revision()).equals(sent.get(run.runId())))
            .toList();
    Set<String> gone = new HashSet<>(sent.keySet());
    window.forEach(run -> gone.remove(run.runId()));
    if (changed.isEmpty() && gone.isEmpty()) {
      return List.of();
    }
    List<WatchRunsResponse> messages = runs(changed);
    messages.add(
        WatchRunsResponse.newBuilder()
            .addAllRemoved(gone.stream().sorted().toList())
            .setRevision(snapshot.revision())
            .build());
    if (messages.size() == 2) {
      // One message where one is enough.
      messages =
          new ArrayList<>(List.of(messages.get(0).toBuilder().mergeFrom(messages.get(1)).build()));
    }
    remember(window);
    return messages;
  }

  private void remember(List<IndexedRun> window) {
    sent.clear();
    window.forEach(run -> sent.put(run.runId(), run.revision()));
  }

  /** Without a revision: a client that loses the rest must not resume after it. */
  private static List<WatchRunsResponse> runs(List<IndexedRun> runs) {
    List<WatchRunsResponse> messages = new ArrayList<>();
    for (int from = 0; from < runs.size(); from += BATCH) {
      WatchRunsResponse.Builder message = WatchRunsResponse.newBuilder();
      runs.subList(from, Math.min(runs.size(), from + BATCH))
          .forEach(run -> message.addRuns(run.run()));
      messages.add(message.build());
    }
    return messages;
  }
}
