package io.retort.control;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.retort.enums.RunPhases;
import io.retort.v1.Run;
import io.retort.v1.StageProgress;
import io.retort.v1.WatchRunRequest;
import io.retort.v1.WatchRunResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams runs to their watchers. A run is polled once per period, independent of the number of its
 * watchers, and no longer after the last watcher has left. A watcher that is not ready is skipped
 * and receives the newest state later.
 */
final class RunWatches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunWatches.class);

  /** Number of consecutive polls without a response from Temporal after which watching ends. */
  private static final int MOST_MISSES = 60;

  private final Function<String, Run> read;
  private final ScheduledExecutorService executor;
  private final Duration period;
  private final WatchRevisions revisions = new WatchRevisions(System::currentTimeMillis);
  private final Map<String, Watch> watches = new HashMap<>();
  private boolean closed;

  RunWatches(Function<String, Run> read, ScheduledExecutorService executor, Duration period) {
    this.read = read;
    this.executor = executor;
    this.period = period;
  }

  void add(String runId, ServerCallStreamObserver<WatchRunResponse> observer) {
    add(WatchRunRequest.newBuilder().setRunId(runId).build(), observer);
  }

  /** Throws INVALID_ARGUMENT for a request that is none. */
  void add(WatchRunRequest request, ServerCallStreamObserver<WatchRunResponse> observer) {
    String runId = request.getRunId();
    Heartbeat heartbeat = Heartbeat.of(request.getHeartbeatSeconds());
    revisions.surpass(runId, request.getAfterRevision());
    Watcher watcher = new Watcher(observer, request.getAfterRevision(), heartbeat);
    synchronized (watches) {
      if (closed) {
        observer.onError(shuttingDown());
        return;
      }
      Watch watch = watches.get(runId);
      if (watch != null) {
        watch.joining.add(watcher);
        return;
      }
      watch = new Watch(runId);
      watch.joining.add(watcher);
      watches.put(runId, watch);
      schedule(watch, Duration.ZERO);
    }
  }

  int watchedRuns() {
    synchronized (watches) {
      return watches.size();
    }
  }

  /** Ends every stream with UNAVAILABLE. */
  @Override
  public void close() {
    List<Watch> open;
    synchronized (watches) {
      closed = true;
      open = new ArrayList<>(watches.values());
      watches.clear();
    }
    for (Watch watch : open) {
      synchronized (watch) {
        watch.admit();
        watch.fail(shuttingDown());
      }
    }
  }

  /** Guarded by {@link #watches}. */
  private void schedule(Watch watch, Duration delay) {
    try {
      ScheduledFuture<?> ignored =
          executor.schedule(() -> poll(watch), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("watching {} ends with the process", watch.runId);
      watches.remove(watch.runId, watch);
      watch.watchers.addAll(watch.joining);
      watch.joining.clear();
      watch.fail(shuttingDown());
    }
  }

  private void poll(Watch watch) {
    boolean continues = false;
    try {
      synchronized (watch) {
        continues = watch.pollOnce();
      }
    } finally {
      synchronized (watches) {
        settle(watch, continues);
      }
    }
  }

  /**
   * Schedules the next poll of a watch, or ends the watch so that a later watcher starts a new one.
   */
  private void settle(Watch watch, boolean continues) {
    if (continues && watches.get(watch.runId) == watch) {
      schedule(watch, period);
      return;
    }
    watches.remove(watch.runId, watch);
    if (!watch.joining.isEmpty()) {
      Watch next = new Watch(watch.runId);
      next.joining.addAll(watch.joining);
      watches.put(next.runId, next);
      schedule(next, Duration.ZERO);
    }
  }

  private static StatusRuntimeException shuttingDown() {
    return Status.UNAVAILABLE
        .withDescription("the control plane is shutting down; watch again")
        .asRuntimeException();
  }

  /**
   * Whether an answer knows less than one before: while no worker answers, a run is described
   * without the progress of its stages.
   */
  private static boolean isBehind(Run run, Run before) {
    if (RunPhases.isTerminal(run.getPhase())) {
      return false;
    }
    return RunPhases.isTerminal(before.getPhase())
        || run.getStagesCount() < before.getStagesCount()
        || begunStages(run) < begunStages(before);
  }

  private static long begunStages(Run run) {
    return run.getStagesList().stream().filter(StageProgress::hasStartedAt).count();
  }

  /** One watched run. Guarded by itself, except {@link #joining}. */
  private final class Watch {
    private final String runId;
    private final List<Watcher> watchers = new ArrayList<>();

    /** Guarded by {@link #watches}. */
    private final List<Watcher> joining = new ArrayList<>();

    private int misses;
    private Run latest = Run.getDefaultInstance();

    Watch(String runId) {
      this.runId = runId;
    }

    /** Returns whether there are watchers left and the run has not ended. */
    boolean pollOnce() {
      admit();
      watchers.removeIf(watcher -> watcher.observer.isCancelled());
      if (watchers.isEmpty()) {
        return false;
      }
      try {
        Run run = read.apply(runId);
        misses = 0;
        if (!isBehind(run, latest)) {
          latest = run;
        }
        boolean ends = RunPhases.isTerminal(latest.getPhase());
        long revision = revisions.of(latest);
        watchers.removeIf(watcher -> !watcher.send(latest, revision, ends));
        return !ends;
      } catch (StatusRuntimeException e) {
        misses++;
        if (TemporalErrors.isTransient(e.getStatus().getCode()) && misses < MOST_MISSES) {
          return true;
        }
        fail(e);
        return false;
      } catch (RuntimeException | Error e) {
        // Includes errors: the executor would swallow them, and the watch would end silently.
        LOG.error("watching {} failed", runId, e);
        fail(
            Status.INTERNAL
                .withDescription(
                    "watching run "
                        + runId
                        + " failed: "
                        + e
                        + " (the run is not affected; watch again, and see the log of the control"
                        + " plane)")
                .withCause(e)
                .asRuntimeException());
        return false;
      }
    }

    void admit() {
      synchronized (watches) {
        watchers.addAll(joining);
        joining.clear();
      }
    }

    void fail(StatusRuntimeException error) {
      watchers.forEach(watcher -> watcher.fail(error));
      watchers.clear();
    }
  }

  /** One stream. Its exceptions do not affect the other streams. */
  private static final class Watcher {
    private final ServerCallStreamObserver<WatchRunResponse> observer;
    private final Heartbeat heartbeat;

    /** Of the state that the client has. */
    private long sent;

    Watcher(ServerCallStreamObserver<WatchRunResponse> observer, long sent, Heartbeat heartbeat) {
      this.observer = observer;
      this.sent = sent;
      this.heartbeat = heartbeat;
    }

    /** Returns whether the stream is still open. */
    boolean send(Run run, long revision, boolean last) {
      try {
        if (observer.isCancelled()) {
          return false;
        }
        if (revision > sent && (last || observer.isReady())) {
          sent = revision;
          observer.onNext(WatchRunResponse.newBuilder().setRun(run).setRevision(revision).build());
          heartbeat.sent();
        } else if (!last && observer.isReady() && heartbeat.isDue()) {
          observer.onNext(
              WatchRunResponse.newBuilder().setHeartbeat(true).setRevision(sent).build());
          heartbeat.sent();
        }
        if (last) {
          observer.onCompleted();
        }
        return !last;
      } catch (RuntimeException e) {
        ended(e);
        fail(
            Status.INTERNAL
                .withDescription(
                    "a change of the run could not be sent; the log of the control plane says why (watch again)")
                .withCause(e)
                .asRuntimeException());
        return false;
      }
    }

    void fail(StatusRuntimeException error) {
      try {
        if (!observer.isCancelled()) {
          observer.onError(error);
        }
      } catch (RuntimeException e) {
        ended(e);
      }
    }

    private void ended(RuntimeException thrown) {
      if (observer.isCancelled()) {
        LOG.debug("a watcher has gone", thrown);
      } else {
        LOG.error("a watcher's stream failed", thrown);
      }
    }
  }
}
