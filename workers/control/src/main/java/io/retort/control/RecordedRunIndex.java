package io.retort.control;

import com.google.protobuf.util.Timestamps;
import io.grpc.Status;
import io.retort.store.CorruptArtifactException;
import io.retort.v1.FailureCategory;
import io.retort.v1.Run;
import io.retort.v1.RunPhase;
import io.retort.worker.DaemonThreads;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of the store by creation time, newest first.
 *
 * <p>Ids do not sort by time, so the order is kept in memory: about 200 bytes per run. The record
 * of a run that has ended never changes and is read once per process; a refresh lists the folders
 * and reads only new records and those of runs that have not ended. The first refresh starts with
 * the process, so that no call has to read all records.
 */
final class RecordedRunIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecordedRunIndex.class);
  private static final int READERS = 16;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);
  private static final Comparator<Entry> NEWEST_FIRST =
      Comparator.comparingLong(Entry::createdMillis).reversed().thenComparing(Entry::runId);

  private final RecordedRuns runs;
  private final Duration mostAge;
  private final Duration longestWait;
  private final ExecutorService readers = daemons(READERS, "run-records");
  private final ExecutorService refresher = daemons(1, "run-index");
  private final AtomicInteger toRead = new AtomicInteger();
  private final AtomicInteger read = new AtomicInteger();

  /** Filled while records are read, so that the reads of a failed or late refresh are not lost. */
  private final Map<String, Entry> ended = new ConcurrentHashMap<>();

  /** Origins of the runs that have one. */
  private final Map<String, String> origins = new ConcurrentHashMap<>();

  private @Nullable Future<List<Entry>> refresh;
  private long begunAt;
  private @Nullable List<Entry> latest;

  /**
   * @param mostAge maximum age of the list of folders
   */
  RecordedRunIndex(RecordedRuns runs, Duration mostAge) {
    this(runs, mostAge, LONGEST_WAIT);
  }

  /**
   * @param longestWait how long a call waits for a refresh before it uses the previous result
   */
  RecordedRunIndex(RecordedRuns runs, Duration mostAge, Duration longestWait) {
    this.runs = runs;
    this.mostAge = mostAge;
    this.longestWait = longestWait;
    Future<List<Entry>> ignored = refreshing();
  }

  /**
   * @param phase as recorded; may be out of date for a run that had not ended
   */
  record Entry(String runId, long createdMillis, RunPhase phase) {}

  /** Entries after {@code last}, newest first; {@code last} itself may no longer be in the list. */
  List<Entry> after(Optional<Entry> last) {
    List<Entry> all = entries();
    return last.isEmpty()
        ? all
        : all.stream().filter(entry -> NEWEST_FIRST.compare(entry, last.get()) > 0).toList();
  }

  /** Runs that are retrains of the run, newest first. */
  List<Entry> retrainsOf(String runId) {
    return entries().stream().filter(entry -> runId.equals(origins.get(entry.runId()))).toList();
  }

  /** Reads the records of a page concurrently; omits records that no longer exist. */
  List<Run> read(List<Entry> page) {
    try {
      List<Run> found = new ArrayList<>();
      List<String> ids = page.stream().map(Entry::runId).toList();
      for (Optional<Run> run : inParallel(ids, this::record)) {
        run.ifPresent(found::add);
      }
      return found;
    } catch (IOException e) {
      throw ApiErrors.store("read the records of runs", e);
    }
  }

  @Override
  public void close() {
    refresher.shutdownNow();
    readers.shutdownNow();
  }

  private List<Entry> entries() {
    Future<List<Entry>> current = refreshing();
    try {
      return current.get(longestWait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return latestOr(
          "the records of runs are still being read: "
              + read.get()
              + " of "
              + toRead.get()
              + " (try again)",
          e);
    } catch (ExecutionException e) {
      LOG.warn("the runs of the store cannot be listed", e.getCause());
      return latestOr("the runs of the store cannot be listed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return latestOr("the control plane is shutting down", e);
    }
  }

  private synchronized List<Entry> latestOr(String message, Exception cause) {
    if (latest != null) {
      return latest;
    }
    throw ApiErrors.failure(
        Status.Code.UNAVAILABLE,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "STORE",
        message,
        cause);
  }

  private synchronized Future<List<Entry>> refreshing() {
    boolean old = System.nanoTime() - begunAt > mostAge.toNanos();
    if (refresh == null || (refresh.isDone() && old)) {
      begunAt = System.nanoTime();
      refresh = refresher.submit(this::refresh);
    }
    return refresh;
  }

  private List<Entry> refresh() throws IOException {
    List<String> ids = runs.ids();
    ended.keySet().retainAll(new HashSet<>(ids));
    origins.keySet().retainAll(new HashSet<>(ids));
    List<String> unknown = ids.stream().filter(id -> !ended.containsKey(id)).toList();
    toRead.set(unknown.size());
    read.set(0);
    List<Entry> entries = new ArrayList<>();
    for (Optional<Entry> entry : inParallel(unknown, this::entry)) {
      entry.filter(one -> !Phases.isTerminal(one.phase())).ifPresent(entries::add);
    }
    entries.addAll(ended.values());
    entries.sort(NEWEST_FIRST);
    List<Entry> fresh = List.copyOf(entries);
    // Done here and not by the caller, which may have stopped waiting.
    synchronized (this) {
      latest = fresh;
    }
    return fresh;
  }

  private <T> List<T> inParallel(List<String> runIds, Reading<T> reading) throws IOException {
    List<Callable<T>> reads = new ArrayList<>();
    for (String runId : runIds) {
      reads.add(() -> reading.of(runId));
    }
    try {
      List<T> found = new ArrayList<>();
      for (Future<T> one : readers.invokeAll(reads)) {
        found.add(one.get());
      }
      return found;
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading the records of runs", e);
    }
  }

  /** The retained part of a record, so that few records are in memory at once. */
  private Optional<Entry> entry(String runId) throws IOException {
    Optional<Run> record = record(runId);
    record
        .map(Run::getOriginRunId)
        .filter(origin -> !origin.isEmpty())
        .ifPresent(origin -> origins.put(runId, origin));
    Optional<Entry> entry =
        record.map(
            run -> new Entry(runId, Timestamps.toMillis(run.getCreatedAt()), run.getPhase()));
    entry.filter(one -> Phases.isTerminal(one.phase())).ifPresent(one -> ended.put(runId, one));
    return entry;
  }

  private Optional<Run> record(String runId) throws IOException {
    try {
      // The folder's name is the run's id, independent of the record's content.
      return runs.read(runId).map(run -> run.toBuilder().setRunId(runId).clearSummary().build());
    } catch (CorruptArtifactException e) {
      LOG.warn("the record of run {} cannot be read", runId, e);
      return Optional.empty();
    } finally {
      read.incrementAndGet();
    }
  }

  private static ExecutorService daemons(int threads, String name) {
    return Executors.newFixedThreadPool(threads, DaemonThreads.named(name));
  }

  @FunctionalInterface
  private interface Reading<T> {
    T of(String runId) throws IOException;
  }
}
