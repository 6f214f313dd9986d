package io.retort.call;

import io.grpc.StatusRuntimeException;
import io.retort.worker.DaemonThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads that each may be a request over the network, several at once. Shared by its callers, with
 * whom the number of requests at once does not grow.
 */
public final class ParallelReads implements AutoCloseable {
  private static final int THREADS = 16;

  private final ExecutorService executor;

  /**
   * @param threads their name
   */
  public ParallelReads(String threads) {
    executor = Executors.newFixedThreadPool(THREADS, DaemonThreads.named(threads));
  }

  /**
   * Results in the order of the names. All reads are made to their end, also where one fails.
   *
   * @throws IOException of the first read that has failed
   * @throws StatusRuntimeException the same
   */
  public <T> List<T> all(Collection<String> names, Read<T> read) throws IOException {
    List<Callable<T>> reads = new ArrayList<>();
    for (String name : names) {
      reads.add(() -> read.of(name));
    }
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> future : executor.invokeAll(reads)) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      if (e.getCause() instanceof StatusRuntimeException refusal) {
        throw refusal;
      }
      throw new IOException(String.valueOf(e.getCause()), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the store was read");
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  /** Reads what has a name. */
  @FunctionalInterface
  public interface Read<T> {
    T of(String name) throws IOException;
  }
}
