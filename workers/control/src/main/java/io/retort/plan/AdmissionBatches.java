package io.retort.plan;

import io.retort.v1.AdmissionRequest;
import io.retort.v1.AdmissionResponse;
import io.retort.v1.CheckLocationsRequest;
import io.retort.v1.CheckLocationsResponse;
import io.retort.worker.DaemonThreads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Checks that wait while others are made share one workflow, which costs Temporal as much as the
 * run's own start.
 */
public final class AdmissionBatches {
  private static final int AT_ONCE = 2;
  private static final int IDLE_SECONDS = 30;
  private static final int MOST_RUNS = 32;

  /** Half of what Temporal allows for the argument of a workflow. */
  private static final int LARGEST_BYTES = 1 << 20;

  private final AdmissionCall call;
  private final Executor executor;
  private final Queue<Waiting> queue = new ArrayDeque<>();

  /** Runs an {@link AdmissionWorkflow}. */
  @FunctionalInterface
  public interface AdmissionCall {
    /**
     * @param attempt what the caller wants, for messages: "start run a"
     * @return empty if the workflow does not end in time
     */
    Optional<AdmissionResponse> run(AdmissionRequest request, String attempt);
  }

  private record Waiting(
      CheckLocationsRequest request,
      String run,
      CompletableFuture<Optional<CheckLocationsResponse>> response) {}

  public AdmissionBatches(AdmissionCall call) {
    this(call, threads());
  }

  AdmissionBatches(AdmissionCall call, Executor executor) {
    this.call = call;
    this.executor = executor;
  }

  /**
   * Blocks until the check is made.
   *
   * @param run id of the run, for messages
   * @return empty if no worker answers in time
   * @throws RuntimeException what the call throws
   */
  Optional<CheckLocationsResponse> check(CheckLocationsRequest request, String run) {
    Waiting waiting = new Waiting(request, run, new CompletableFuture<>());
    synchronized (queue) {
      queue.add(waiting);
    }
    executor.execute(this::checkWaiting);
    try {
      return waiting.response().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /** Does nothing if an earlier batch took the request that it was called for. */
  private void checkWaiting() {
    List<Waiting> batch = next();
    if (batch.isEmpty()) {
      return;
    }
    AdmissionRequest.Builder request = AdmissionRequest.newBuilder();
    batch.forEach(waiting -> request.addRuns(waiting.request()));
    String attempt =
        batch.size() == 1
            ? "start run " + batch.get(0).run()
            : "check the locations of " + batch.size() + " runs";
    try {
      Optional<AdmissionResponse> response = call.run(request.build(), attempt);
      for (int i = 0; i < batch.size(); i++) {
        int index = i;
        batch
            .get(i)
            .response()
            .complete(
                response
                    .filter(found -> found.getRunsCount() == batch.size())
                    .map(found -> found.getRuns(index)));
      }
    } catch (Throwable e) {
      batch.forEach(waiting -> waiting.response().completeExceptionally(e));
    }
  }

  /** Idle threads end, so that nobody need close it. */
  private static Executor threads() {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            AT_ONCE,
            AT_ONCE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            DaemonThreads.named("admission"));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private List<Waiting> next() {
    List<Waiting> batch = new ArrayList<>();
    synchronized (queue) {
      long bytes = 0;
      while (!queue.isEmpty() && batch.size() < MOST_RUNS) {
        bytes += queue.element().request().getSerializedSize();
        if (!batch.isEmpty() && bytes > LARGEST_BYTES) {
          break;
        }
        batch.add(queue.remove());
      }
    }
    return batch;
  }
}
