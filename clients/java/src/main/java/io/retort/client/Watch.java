package io.retort.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Changes as they happen: the first element is the state at the beginning. A lost connection is
 * made again, also while the control plane restarts; states in between are then missing, the newest
 * is not. {@link #hasNext} waits; another thread may {@link #close} the watch, which ends it.
 *
 * @param <T> what is watched
 */
public final class Watch<T> implements Iterator<T>, AutoCloseable {
  private static final Duration UNLIMITED = Duration.ofDays(10_000);

  private final Source<?, T> source;
  private Optional<T> next = Optional.empty();
  private boolean ended;

  private Watch(Source<?, T> source) {
    this.source = source;
  }

  /**
   * @param value of a message; empty for one that says only that the connection is alive
   * @param isLast whether nothing follows
   */
  static <R, T> Watch<T> of(
      ResumableStream<R> stream, Function<R, Optional<T>> value, Predicate<T> isLast) {
    return new Watch<>(new Source<>(stream, value, isLast));
  }

  /**
   * Waits for the next element.
   *
   * @throws RetortException if the control plane refuses, or cannot be reached for too long
   */
  @Override
  public boolean hasNext() {
    return await(UNLIMITED);
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the watch has ended");
    }
    T element = next.orElseThrow();
    next = Optional.empty();
    return element;
  }

  /** Waits at most so long; returns whether there is an element. */
  boolean await(Duration limit) {
    if (next.isEmpty() && !ended) {
      next = source.next(limit);
      ended = next.map(source.isLast::test).orElseGet(source.stream::hasEnded);
      if (ended) {
        close();
      }
    }
    return next.isPresent();
  }

  @Override
  public void close() {
    source.stream.close();
  }

  private record Source<R, T>(
      ResumableStream<R> stream, Function<R, Optional<T>> value, Predicate<T> isLast) {
    Optional<T> next(Duration limit) {
      long begin = System.nanoTime();
      while (true) {
        Duration left = limit.minusNanos(System.nanoTime() - begin);
        Optional<R> message = stream.next(left);
        if (message.isEmpty()) {
          return Optional.empty();
        }
        Optional<T> found = value.apply(message.get());
        if (found.isPresent()) {
          return found;
        }
      }
    }
  }
}
