package io.retort.control;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.retort.identity.Caller;
import io.retort.v1.WatchRunsRequest;
import io.retort.v1.WatchRunsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams the runs that match a filter to their watchers. All watchers share the index's one
 * refresh per period, which ends with the last watcher. A watcher that is not ready is skipped and
 * later receives what it lacks then.
 */
final class RunListWatches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunListWatches.class);

  /** Number of consecutive refreshes that fail after which watching ends. */
  private static final int MOST_MISSES = 60;

  private final Supplier<RunSnapshot> index;
  private final ScheduledExecutorService executor;
  private final Duration period;
  private final List<Watcher> watchers = new ArrayList<>();
  private boolean ticking;
  private boolean closed;
  private int misses;

  RunListWatches(Supplier<RunSnapshot> index, ScheduledExecutorService executor, Duration period) {
    this.index = index;
    this.executor = executor;
    this.period = period;
  }

  /** Throws INVALID_ARGUMENT for a request that is none. */
  void add(WatchRunsRequest request, ServerCallStreamObserver<WatchRunsResponse> observer) {
    Heartbeat heartbeat = Heartbeat.of(request.getHeartbeatSeconds());
    RunQuery query = RunQuery.of(request.getFilter(), List.of(), request.getPageSize());
    // Watchers who select the same runs share the selection.
    Selection selection = new Selection(query.caller(), query.pageSize(), request.getFilter());
    Watcher watcher =
        new Watcher(
            selection, query, new WatchWindow(request.getAfterRevision()), heartbeat, observer);
    synchronized (this) {
      if (closed) {
        throw shuttingDown();
      }
      watchers.add(watcher);
      if (!ticking) {
        ticking = true;
        schedule(Duration.ZERO);
      }
    }
  }

  synchronized int count() {
    return watchers.size();
  }

  /** Ends every stream with UNAVAILABLE. */
  @Override
  public void close() {
    List<Watcher> open;
    synchronized (this) {
      closed = true;
      open = new ArrayList<>(watchers);
      watchers.clear();
    }
    open.forEach(watcher -> watcher.fail(shuttingDown()));
  }

  /** Guarded by this. */
  private void schedule(Duration delay) {
    try {
      ScheduledFuture<?> ignored =
          executor.schedule(this::tick, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("watching runs ends with the process", e);
      ticking = false;
    }
  }

  private void tick() {
    try {
      tickOnce();
    } catch (RuntimeException | Error e) {
      // Includes errors: the executor would swallow them, and the watches would end silently.
      LOG.error("watching runs failed", e);
      end(
          Status.INTERNAL
              .withDescription(
                  "watching runs failed; the log of the control plane says why (watch again)")
              .withCause(e)
              .asRuntimeException());
    }
    synchronized (this) {
      ticking = !watchers.isEmpty() && !closed;
      if (ticking) {
        schedule(period);
      }
    }
  }

  private void tickOnce() {
    List<Watcher> current;
    synchronized (this) {
      watchers.removeIf(Watcher::isGone);
      current = List.copyOf(watchers);
    }
    if (current.isEmpty()) {
      return;
    }
    RunSnapshot snapshot;
    try {
      snapshot = index.get();
      misses = 0;
    } catch (StatusRuntimeException e) {
      if (!TemporalErrors.isTransient(e.getStatus().getCode()) || ++misses >= MOST_MISSES) {
        misses = 0;
        end(e);
      }
      return;
    }
    Map<Selection, List<IndexedRun>> windows = new HashMap<>();
    for (Watcher watcher : current) {
      watcher.update(
          snapshot,
          () ->
              windows.computeIfAbsent(
                  watcher.selection,
                  key ->
                      snapshot.runs().stream()
                          .filter(watcher.query::selects)
                          .limit(watcher.query.pageSize())
                          .toList()));
    }
  }

  private void end(StatusRuntimeException error) {
    List<Watcher> ended;
    synchronized (this) {
      ended = List.copyOf(watchers);
      watchers.clear();
    }
    ended.forEach(watcher -> watcher.fail(error));
  }

  private static StatusRuntimeException shuttingDown() {
    return Status.UNAVAILABLE
        .withDescription("the control plane is shutting down; watch again")
        .asRuntimeException();
  }

  private record Selection(Caller caller, int pageSize, String filter) {}

  /** One stream. Its exceptions do not affect the other streams. */
  private static final class Watcher {
    private final Selection selection;
    private final RunQuery query;
    private final WatchWindow window;
    private final Heartbeat heartbeat;
    private final ServerCallStreamObserver<WatchRunsResponse> observer;
    private long revision = -1;
    private boolean ended;

    Watcher(
        Selection selection,
        RunQuery query,
        WatchWindow window,
        Heartbeat heartbeat,
        ServerCallStreamObserver<WatchRunsResponse> observer) {
      this.selection = selection;
      this.query = query;
      this.window = window;
      this.heartbeat = heartbeat;
      this.observer = observer;
    }

    synchronized boolean isGone() {
      return ended || observer.isCancelled();
    }

    synchronized void update(RunSnapshot snapshot, Supplier<List<IndexedRun>> selected) {
      try {
        if (isGone() || !observer.isReady()) {
          return;
        }
        if (snapshot.revision() != revision) {
          revision = snapshot.revision();
          window.update(snapshot, selected.get()).forEach(this::send);
        }
        if (heartbeat.isDue()) {
          send(WatchRunsResponse.newBuilder().setHeartbeat(true).setRevision(revision).build());
        }
      } catch (RuntimeException e) {
        LOG.error("a watcher's stream failed", e);
        fail(
            Status.INTERNAL
                .withDescription(
                    "a change could not be sent; the log of the control plane says why (watch again)")
                .withCause(e)
                .asRuntimeException());
      }
    }

    synchronized void fail(StatusRuntimeException error) {
      try {
        if (!isGone()) {
          ended = true;
          observer.onError(error);
        }
      } catch (RuntimeException e) {
        LOG.debug("a watcher has gone", e);
      }
    }

    private void send(WatchRunsResponse message) {
      observer.onNext(message);
      heartbeat.sent();
    }
  }
}
