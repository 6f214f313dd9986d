package io.retort.control;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.FailureCategory;
import io.retort.worker.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All runs, those that Temporal has and those that only the store has, for lists and watches of any
 * number of viewers. It is refreshed while somebody looks, once per period: Temporal limits the
 * visibility queries of a namespace to some ten a second.
 *
 * <p>The first refresh reads the record of every run and starts with the process.
 */
final class RunIndex implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunIndex.class);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

  private final RunIndexer indexer;
  private final Duration period;
  private final Duration longestWait;
  private final ExecutorService refresher =
      Executors.newSingleThreadExecutor(DaemonThreads.named("run-index"));

  private @Nullable Future<RunSnapshot> refresh;
  private long begunAt;
  private boolean followUp;
  private @Nullable RunSnapshot latest;

  /**
   * @param period maximum age of what is shown
   */
  RunIndex(RunIndexer indexer, Duration period) {
    this(indexer, period, LONGEST_WAIT);
  }

  /**
   * @param longestWait how long a call waits for a refresh before it uses the previous result
   */
  RunIndex(RunIndexer indexer, Duration period, Duration longestWait) {
    this.indexer = indexer;
    this.period = period;
    this.longestWait = longestWait;
    Future<RunSnapshot> ignored = refreshing();
  }

  /**
   * At most a period old. Throws the error of {@link TemporalErrors} where Temporal refuses, and
   * UNAVAILABLE while the first refresh lasts longer than a call may wait.
   */
  RunSnapshot snapshot() {
    Future<RunSnapshot> current = refreshing();
    try {
      return current.get(longestWait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return latestOr("the records of runs are still being read: " + indexer.state(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      LOG.error("the runs cannot be listed", e.getCause());
      throw unavailable("the runs cannot be listed; the log of the control plane says why", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return latestOr("the control plane is shutting down", e);
    }
  }

  /** The next snapshot reads the annotations of this run again. */
  void annotated(String runId) {
    indexer.annotated(runId);
    outdate();
  }

  /** The next snapshot contains this new run, which Temporal lists only after some seconds. */
  void launched(String runId) {
    indexer.launched(runId);
    outdate();
  }

  @Override
  public void close() {
    refresher.shutdownNow();
    indexer.close();
  }

  private synchronized void outdate() {
    begunAt = System.nanoTime() - period.toNanos() - 1;
    if (refresh != null && !refresh.isDone() && !followUp) {
      // What is under way may have looked before the change. One more is enough for all changes.
      followUp = true;
      refresh = refresher.submit(this::followedUp);
    }
  }

  private RunSnapshot followedUp() {
    synchronized (this) {
      followUp = false;
    }
    return refreshed();
  }

  private synchronized Future<RunSnapshot> refreshing() {
    boolean old = System.nanoTime() - begunAt > period.toNanos();
    if (refresh == null || (refresh.isDone() && old)) {
      begunAt = System.nanoTime();
      refresh = refresher.submit(this::refreshed);
    }
    return refresh;
  }

  private RunSnapshot refreshed() {
    RunSnapshot fresh = indexer.refresh();
    // Kept here and not by the caller, which may have stopped waiting.
    synchronized (this) {
      latest = fresh;
    }
    return fresh;
  }

  private synchronized RunSnapshot latestOr(String message, Exception cause) {
    if (latest != null) {
      return latest;
    }
    throw unavailable(message + " (try again)", cause);
  }

  private static StatusRuntimeException unavailable(String message, Exception cause) {
    return ApiErrors.failure(
        Status.Code.UNAVAILABLE,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "STORE",
        message,
        cause);
  }
}
