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
 * Sends runs to those who watch them. A run is polled once a period however many watch it, and not
 * at all when the last one is gone. Who cannot take more is skipped and gets the newest state
 * later.
 */
final class RunWatches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunWatches.class);

  /** Polls in a row that Temporal may leave unanswered before watching ends. */
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
      if (watch == null) {
        watch = new Watch(runId);
        watches.put(runId, watch);
        schedule(watch, Duration.ZERO);
      }
      watch.joining.add(new Watcher(observer));
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

  private void schedule(Watch watch, Duration delay) {
    try {
      ScheduledFuture<?> ignored =
          executor.schedule(() -> poll(watch), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("watching {} ends with the process", watch.runId);
    }
  }

  private void poll(Watch watch) {
    boolean goesOn;
    synchronized (watch) {
      goesOn = watch.pollOnce();
    }
    synchronized (watches) {
      if (goesOn && watches.get(watch.runId) == watch) {
        schedule(watch, period);
      } else {
        watches.remove(watch.runId, watch);
        if (!watch.joining.isEmpty()) {
          Watch next = new Watch(watch.runId);
          next.joining.addAll(watch.joining);
          watches.put(next.runId, next);
          schedule(next, Duration.ZERO);
        }
      }
    }
  }

  private static StatusRuntimeException shuttingDown() {
    return Status.UNAVAILABLE
        .withDescription("the control plane is shutting down; watch again")
        .asRuntimeException();
  }

  /** One run under watch. Guarded by itself, but for {@link #joining}. */
  private final class Watch {
    private final String runId;
    private final List<Watcher> watchers = new ArrayList<>();

    /** Guarded by {@link #watches}. */
    private final List<Watcher> joining = new ArrayList<>();

    private int misses;

    Watch(String runId) {
      this.runId = runId;
    }

    /** Returns whether there is anybody left to tell, and anything left to come. */
    boolean pollOnce() {
      admit();
      watchers.removeIf(watcher -> watcher.observer.isCancelled());
      if (watchers.isEmpty()) {
        return false;
      }
      Run run;
      try {
        run = read.apply(runId);
        misses = 0;
      } catch (StatusRuntimeException e) {
        misses++;
        if (e.getStatus().getCode() == Status.Code.UNAVAILABLE && misses < MOST_MISSES) {
          return true;
        }
        fail(e);
        return false;
      } catch (RuntimeException e) {
        LOG.error("watching {} failed", runId, e);
        fail(Status.INTERNAL.withDescription(e.toString()).withCause(e).asRuntimeException());
        return false;
      }
      boolean ends = Phases.isTerminal(run.getPhase());
      for (Watcher watcher : watchers) {
        watcher.tell(run, ends);
      }
      return !ends;
    }

    void admit() {
      synchronized (watches) {
        watchers.addAll(joining);
        joining.clear();
      }
    }

    void fail(StatusRuntimeException error) {
      for (Watcher watcher : watchers) {
        if (!watcher.observer.isCancelled()) {
          watcher.observer.onError(error);
        }
      }
      watchers.clear();
    }
  }

  private static final class Watcher {
    private final ServerCallStreamObserver<WatchRunResponse> observer;
    private @Nullable Run told;

    Watcher(ServerCallStreamObserver<WatchRunResponse> observer) {
      this.observer = observer;
    }

    void tell(Run run, boolean last) {
      if (observer.isCancelled()) {
        return;
      }
      if (!run.equals(told) && (last || observer.isReady())) {
        told = run;
        observer.onNext(WatchRunResponse.newBuilder().setRun(run).build());
      }
      if (last) {
        observer.onCompleted();
      }
    }
  }
}
