package io.retort.pages;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Does one piece of work at a time for each key. While it is under way, only the newest of those
 * that came after it waits.
 */
final class LatestOnly<T> {
  private final Map<String, Queue<T>> queues = new HashMap<>();

  /**
   * Empty if a newer piece of work of the same key took its place.
   *
   * @param executor of this piece of work
   */
  CompletableFuture<Optional<T>> submit(
      String key, Executor executor, Supplier<CompletableFuture<T>> work) {
    Piece<T> piece = new Piece<>(executor, work, new CompletableFuture<>());
    Piece<T> replaced = null;
    boolean first = false;
    synchronized (queues) {
      Queue<T> queue = queues.get(key);
      if (queue == null) {
        queues.put(key, new Queue<>());
        first = true;
      } else {
        replaced = queue.waiting;
        queue.waiting = piece;
      }
    }
    if (replaced != null) {
      replaced.result().complete(Optional.empty());
    }
    if (first) {
      start(key, piece);
    }
    return piece.result();
  }

  /** Keys with work under way. */
  int busyKeys() {
    synchronized (queues) {
      return queues.size();
    }
  }

  private void start(String key, Piece<T> piece) {
    CompletableFuture<T> done =
        CompletableFuture.completedFuture(piece.work())
            .thenComposeAsync(Supplier::get, piece.executor());
    CompletableFuture<T> ignored =
        done.whenComplete(
            (value, thrown) -> {
              next(key);
              if (thrown == null) {
                piece.result().complete(Optional.of(value));
              } else {
                piece.result().completeExceptionally(thrown);
              }
            });
  }

  private void next(String key) {
    Piece<T> next;
    synchronized (queues) {
      Queue<T> queue = queues.get(key);
      next = queue == null ? null : queue.waiting;
      if (queue == null || next == null) {
        queues.remove(key);
      } else {
        queue.waiting = null;
      }
    }
    if (next != null) {
      start(key, next);
    }
  }

  private record Piece<T>(
      Executor executor,
      Supplier<CompletableFuture<T>> work,
      CompletableFuture<Optional<T>> result) {}

  /** Of one key; exists while something of it is under way. */
  private static final class Queue<T> {
    @Nullable Piece<T> waiting;
  }
}
