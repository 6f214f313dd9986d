package io.retort.control;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.retort.v1.Run;
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
import org.jspecify.annotations.Nullable;
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
  private final Map<String, Watch> watches = new HashMap<>();
  private boolean closed;

  RunWatches(Function<String, Run> read, ScheduledExecutorService executor, Duration period) {
    this.read = read;
    this.executor = executor;
    this.period = period;
  }

  void add(String runId, ServerCallStreamObserver<WatchRunResponse> observer) {
    synchronized (watches) {
      if (closed) {
        observer.onError(shuttingDown());
        return;
      }
      Watch watch = watches.get(runId);
      if (watch != null) {
        watch.joining.add(new Watcher(observer));
        return;
      }
      watch = new Watch(runId);
      watch.joining.add(new Watcher(observer));
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

  /** One watched run. Guarded by itself, except {@link #joining}. */
  private final class Watch {
    private final String runId;
    private final List<Watcher> watchers = new ArrayList<>();

    /** Guarded by {@link #watches}. */
    private final List<Watcher> joining = new ArrayList<>();

    private int misses;

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
        boolean ends = Phases.isTerminal(run.getPhase());
        watchers.removeIf(watcher -> !watcher.send(run, ends));
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
    private @Nullable Run sent;

    Watcher(ServerCallStreamObserver<WatchRunResponse> observer) {
      this.observer = observer;
    }

    /** Returns whether the stream is still open. */
    boolean send(Run run, boolean last) {
      try {
        if (observer.isCancelled()) {
          return false;
        }
        if (!run.equals(sent) && (last || observer.isReady())) {
          sent = run;
          observer.onNext(WatchRunResponse.newBuilder().setRun(run).build());
        }
        if (last) {
          observer.onCompleted();
        }
        return !last;
      } catch (RuntimeException e) {
        ended(e);
        fail(
            Status.INTERNAL
                .withDescription("a change of the run could not be sent: " + e + " (watch again)")
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
