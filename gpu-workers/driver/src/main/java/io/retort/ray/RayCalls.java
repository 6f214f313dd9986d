package io.retort.ray;

import io.ray.api.ObjectRef;
import io.ray.api.exception.CrossLanguageException;
import io.ray.api.exception.RayActorException;
import io.ray.api.exception.RayException;
import io.ray.api.exception.RayTaskException;
import io.ray.api.exception.RayTimeoutException;
import io.retort.training.TrainerException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Calls to Ray's library with a time limit, which map Ray's errors to {@link TrainerException}s.
 *
 * <p>The library itself waits without end for a cluster that does not answer, and reports stale
 * data, or dead actors, of a cluster that is gone.
 */
final class RayCalls {
  /** Short, because an attempt sends no heartbeats while it waits. */
  static final Duration ASK_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration SLICE = Duration.ofSeconds(1);

  // One thread per open question; questions without an answer keep theirs.
  private final ExecutorService threads = Executors.newCachedThreadPool(RayCalls::daemon);
  private final CompletableFuture<String> lost;
  private final Duration askTimeout;

  /**
   * @param lost completed with the reason if the cluster is gone
   */
  RayCalls(CompletableFuture<String> lost, Duration askTimeout) {
    this.lost = lost;
    this.askTimeout = askTimeout;
  }

  /** Waits for the result of Python code. */
  <T> T await(ObjectRef<T> answer, String what, Duration timeout) throws TrainerException {
    long deadline = System.nanoTime() + timeout.toNanos();
    RayTimeoutException late;
    do {
      requireCluster(what);
      try {
        return get(answer, what, Math.max(0, deadline - System.nanoTime()));
      } catch (RayTimeoutException e) {
        late = e;
      }
    } while (System.nanoTime() < deadline);
    throw new TrainerException.Unreachable(
        what + ": no answer within " + timeout.toMillis() + " ms", late);
  }

  /** Queries the cluster itself. */
  <T> T ask(String what, Supplier<T> question) throws TrainerException.Unreachable {
    requireCluster(what);
    CompletableFuture<T> answer = CompletableFuture.supplyAsync(question, threads);
    try {
      Object unused =
          CompletableFuture.anyOf(answer, lost).get(askTimeout.toMillis(), TimeUnit.MILLISECONDS);
      requireCluster(what);
      return answer.join();
    } catch (TimeoutException e) {
      throw new TrainerException.Unreachable(
          what + ": no answer within " + askTimeout.toMillis() + " ms", e);
    } catch (ExecutionException | CompletionException e) {
      requireCluster(what);
      throw unreachable(what, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainerException.Unreachable(what + ": interrupted", e);
    }
  }

  /** Waits in slices, to detect that the cluster is gone. */
  private <T> T get(ObjectRef<T> answer, String what, long nanos) throws TrainerException {
    try {
      return answer.get(Math.min(TimeUnit.NANOSECONDS.toMillis(nanos), SLICE.toMillis()));
    } catch (RayTimeoutException e) {
      throw e;
    } catch (RayActorException e) {
      requireCluster(what);
      throw new TrainerException.Died(what + ": " + e.getMessage(), e);
    } catch (RayTaskException | CrossLanguageException e) {
      requireCluster(what);
      throw new TrainerException.Misbehaved(what + ": raised: " + e.getMessage(), e);
    } catch (RayException | IllegalArgumentException | IllegalStateException e) {
      requireCluster(what);
      throw unreachable(what, e);
    }
  }

  private void requireCluster(String what) throws TrainerException.Lost {
    if (lost.isDone()) {
      throw new TrainerException.Lost(what + ": the Ray cluster is lost: " + lost.join());
    }
  }

  private static TrainerException.Unreachable unreachable(String what, Throwable cause) {
    return new TrainerException.Unreachable(what + ": " + cause.getMessage(), cause);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "ray-call");
    thread.setDaemon(true);
    return thread;
  }
}
