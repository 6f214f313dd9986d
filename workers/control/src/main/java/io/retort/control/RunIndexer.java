package io.retort.control;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.retort.annotation.AnnotationStore;
import io.retort.call.ParallelReads;
import io.retort.enums.RunPhases;
import io.retort.run.RunWorkflow;
import io.retort.run.RunWorkflowV1;
import io.retort.store.CorruptArtifactException;
import io.retort.v1.Run;
import io.retort.v1.RunAnnotations;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the index up to date. One query of Temporal's visibility finds the runs that are open or
 * have just ended; a run that it does not list yet is described. The record of a run that has ended
 * never changes and is read once. Not thread-safe, except {@link #annotated} and {@link #launched}.
 */
final class RunIndexer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunIndexer.class);
  private static final int VISIBILITY_PAGE = 1000;

  /** Visibility lags by some seconds; runs that ended before have a record or can be described. */
  private static final Duration RECENTLY_ENDED = Duration.ofMinutes(10);

  /**
   * After so many refreshes, annotations are read again, which another control plane may have
   * changed, and folders without a run.
   */
  private static final int AGAIN_EVERY = 60;

  private final Workflows workflows;
  private final RunReader reader;
  private final ListedRuns listed;
  private final RecordedRuns runs;
  private final AnnotationStore annotations;
  private final Clock clock;
  private final Duration period;
  private final Duration storePeriod;
  private final ParallelReads records = new ParallelReads("run-records");
  private final AtomicInteger toRead = new AtomicInteger();
  private final AtomicInteger read = new AtomicInteger();

  private final PausedRuns paused = new PausedRuns();

  /** As their source shows them, without annotations. */
  private final Map<String, Run> open = new HashMap<>();

  /** Filled while records are read, so that the reads of a failed refresh are not lost. */
  private final Map<String, IndexedRun> ended = new ConcurrentHashMap<>();

  /** Folders of the store without a record, of which Temporal knows no run. */
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  private final Set<String> launched = ConcurrentHashMap.newKeySet();
  private final Set<String> annotatedAgain = ConcurrentHashMap.newKeySet();
  private final Map<String, RunAnnotations> annotated = new HashMap<>();
  private Map<String, Shown> shown = Map.of();
  private final long since;
  private long revision;
  private int refreshes;
  private long askedAt;

  /** Runs that Temporal's visibility has listed as open. */
  private @Nullable Set<String> visible;

  private long listedAt;
  private @Nullable List<String> folders;
  private List<String> annotatedRuns = List.of();

  /**
   * @param period of the queries of Temporal's visibility, however often the index is refreshed
   * @param storePeriod of the listings of the store's folders, which may cost one call for every
   *     thousand runs: only runs of which Temporal knows nothing are found by them
   */
  RunIndexer(
      Workflows workflows,
      RunReader reader,
      RecordedRuns runs,
      AnnotationStore annotations,
      Clock clock,
      Duration period,
      Duration storePeriod) {
    this.workflows = workflows;
    this.reader = reader;
    listed = new ListedRuns(reader::described);
    this.runs = runs;
    this.annotations = annotations;
    this.clock = clock;
    this.period = period;
    this.storePeriod = storePeriod;
    since = clock.millis();
    revision = since;
  }

  /**
   * @param source the run or entry that it was made from; the same source looks the same
   */
  private record Shown(Object source, RunAnnotations annotations, IndexedRun run) {}

  void annotated(String runId) {
    annotatedAgain.add(runId);
  }

  void launched(String runId) {
    launched.add(runId);
  }

  /** How far the records are read, for messages. */
  String state() {
    return read.get() + " of " + toRead.get();
  }

  @Override
  public void close() {
    records.close();
  }

  /** Throws the error of {@link TemporalErrors} where Temporal refuses. */
  RunSnapshot refresh() {
    if (++refreshes % AGAIN_EVERY == 0) {
      unknown.clear();
      annotatedAgain.addAll(annotated.keySet());
    }
    if (visible == null || System.nanoTime() - askedAt >= period.toNanos()) {
      askedAt = System.nanoTime();
      visible = askVisibility();
    }
    Optional<StatusRuntimeException> fault = Optional.empty();
    try {
      listStore();
      readRecords(visible);
      readAnnotations();
    } catch (IOException e) {
      LOG.warn("the runs of the store cannot be listed", e);
      fault = Optional.of(ApiErrors.store("list the runs of the store", e));
    }
    return snapshot(fault);
  }

  /** Ids of the runs that Temporal lists as open, or as ended of late. */
  private Set<String> askVisibility() {
    String query =
        "WorkflowType IN ('"
            + RunWorkflow.TYPE
            + "', '"
            + RunWorkflowV1.TYPE
            + "') AND (ExecutionStatus = 'Running' OR CloseTime > '"
            + Instant.ofEpochMilli(clock.millis()).minus(RECENTLY_ENDED)
            + "')";
    Set<String> visible = new HashSet<>();
    Set<String> all = new HashSet<>();
    ByteString token = ByteString.EMPTY;
    do {
      ListWorkflowExecutionsResponse page = workflows.list(query, VISIBILITY_PAGE, token);
      for (WorkflowExecutionInfo info : page.getExecutionsList()) {
        String runId = info.getExecution().getWorkflowId();
        all.add(runId);
        if (RunPhases.ofClosed(info.getStatus()).isEmpty()) {
          visible.add(runId);
          open.put(runId, paused.shown(listed.of(info)));
        } else if (!ended.containsKey(runId)) {
          // Its record says more, if there is one.
          open.put(runId, listed.of(info));
        }
      }
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    listed.keep(all);
    paused.keep(visible);
    return visible;
  }

  private void listStore() throws IOException {
    if (folders == null || System.nanoTime() - listedAt >= storePeriod.toNanos()) {
      folders = runs.ids();
      annotatedRuns = annotations.runIds();
      listedAt = System.nanoTime();
    }
  }

  /** Reads the records of runs that are not known to be open or to have ended. */
  private void readRecords(Set<String> visible) throws IOException {
    Set<String> ids = new HashSet<>(folders == null ? List.of() : folders);
    ids.addAll(open.keySet());
    ids.addAll(launched);
    ids.removeIf(id -> ended.containsKey(id) || unknown.contains(id));
    ids.removeIf(id -> visible.contains(id) && !paused.isDue(open.get(id), refreshes));
    toRead.set(ids.size());
    read.set(0);
    records
        .all(ids, id -> settle(id, visible.contains(id)))
        .forEach(one -> one.ifPresent(run -> open.put(run.getRunId(), run)));
    launched.removeIf(id -> open.containsKey(id) || ended.containsKey(id));
    open.keySet().removeAll(ended.keySet());
  }

  /**
   * The newest that is known of a run; empty for one that is in {@link #ended} then, and for one of
   * which nothing is known.
   */
  private Optional<Run> settle(String runId, boolean visible) throws IOException {
    Optional<Run> record = record(runId);
    if (record.isPresent() && RunPhases.isTerminal(record.get().getPhase())) {
      end(record.get());
      return Optional.empty();
    }
    if (visible) {
      return Optional.ofNullable(open.get(runId))
          .map(run -> record.isPresent() ? paused.shown(run, record.get(), refreshes) : run);
    }
    // A description is always up to date; the run may have ended since it was listed.
    Optional<Run> known =
        reader
            .known(runId)
            .or(
                () ->
                    Optional.ofNullable(open.get(runId))
                        .filter(run -> RunPhases.isTerminal(run.getPhase())));
    if (known.isPresent() && !RunPhases.isTerminal(known.get().getPhase())) {
      return known;
    }
    // A run writes its last record before it ends, perhaps since its record was read above.
    Optional<Run> last = record(runId);
    if (last.isPresent() && RunPhases.isTerminal(last.get().getPhase())) {
      end(last.get());
    } else if (last.isPresent()) {
      end(known.isPresent() ? known.get() : RunReader.forgotten(last.get()));
    } else if (known.isPresent()) {
      end(known.get());
    } else {
      unknown.add(runId);
    }
    return Optional.empty();
  }

  private void end(Run run) {
    ended.put(run.getRunId(), IndexedRun.of(run, 0));
  }

  /** Empty for a run without a record, or with one that cannot be parsed. */
  private Optional<Run> record(String runId) throws IOException {
    try {
      // The folder's name is the run's id, independent of the record's content.
      return runs.read(runId).map(run -> run.toBuilder().setRunId(runId).build());
    } catch (CorruptArtifactException e) {
      LOG.warn("the record of run {} cannot be read", runId, e);
      return Optional.empty();
    } finally {
      read.incrementAndGet();
    }
  }

  private void readAnnotations() throws IOException {
    Set<String> asked = new HashSet<>(annotatedAgain);
    // One that changes from here on is read again by the next refresh.
    annotatedAgain.removeAll(asked);
    Set<String> ids = new HashSet<>(annotatedRuns);
    ids.addAll(asked);
    ids.removeIf(id -> annotated.containsKey(id) && !asked.contains(id));
    Map<String, RunAnnotations> found = new ConcurrentHashMap<>();
    try {
      records.all(
          ids,
          id -> {
            annotation(id).ifPresent(one -> found.put(id, one));
            return Optional.empty();
          });
    } catch (IOException | RuntimeException e) {
      annotatedAgain.addAll(asked);
      throw e;
    }
    annotated.putAll(found);
  }

  private Optional<RunAnnotations> annotation(String runId) throws IOException {
    try {
      return annotations.read(runId);
    } catch (CorruptArtifactException e) {
      LOG.warn("the annotations of run {} cannot be read", runId, e);
      return Optional.empty();
    }
  }

  private RunSnapshot snapshot(Optional<StatusRuntimeException> fault) {
    long next = Math.max(revision + 1, clock.millis());
    Map<String, Shown> now = new HashMap<>();
    ended.forEach((id, run) -> show(id, run, next, now));
    open.forEach((id, run) -> show(id, run, next, now));
    if (!now.keySet().containsAll(shown.keySet())
        || now.values().stream().anyMatch(one -> one.run().revision() == next)) {
      revision = next;
    }
    shown = now;
    return new RunSnapshot(
        now.values().stream().map(Shown::run).sorted(RunSnapshot.NEWEST_FIRST).toList(),
        revision,
        since,
        fault);
  }

  /** Adds a run unless it is deleted; one that looks as before keeps its revision. */
  private void show(String runId, Object source, long next, Map<String, Shown> now) {
    RunAnnotations added = annotated.getOrDefault(runId, RunAnnotations.getDefaultInstance());
    if (added.hasDeletion()) {
      return;
    }
    Shown before = shown.get(runId);
    if (before != null && before.source() == source && before.annotations().equals(added)) {
      now.put(runId, before);
      return;
    }
    IndexedRun run = source instanceof IndexedRun entry ? entry : IndexedRun.of((Run) source, next);
    IndexedRun looks = run.annotated(added, next);
    now.put(
        runId,
        new Shown(
            source, added, before != null && looks.showsSame(before.run()) ? before.run() : looks));
  }
}
