package io.retort.trigger;

import io.retort.worker.DaemonThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reads of a store at once: each may be a request over the network. */
final class ConcurrentReads {
  private static final int THREADS = 16;

  /** Shared, so that the number of requests at once does not grow with the callers. */
  private static final ExecutorService EXECUTOR =
      Executors.newFixedThreadPool(THREADS, DaemonThreads.named("trigger-reads"));

  /**
   * Results in the order of the names.
   *
   * @throws IOException of the first read that has failed
   */
  <T> List<T> all(List<String> names, Read<T> read) throws IOException {
    List<Future<T>> futures =
        names.stream().map(name -> EXECUTOR.submit(() -> read.of(name))).toList();
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while triggers were read");
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  /** Reads what has a name. */
  @FunctionalInterface
  interface Read<T> {
    T of(String name) throws IOException;
  }
}
