package io.retort.pages;

import io.retort.identity.Caller;
import io.retort.v1.ListRunsRequest;
import io.retort.v1.ListRunsResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Pages of the list of runs, each read at most once in a while whatever number of people look at
 * it: Temporal answers few list calls a second.
 */
final class RunLists {
  private static final int MOST_PAGES = 100;

  private final Function<ListRunsRequest, ListRunsResponse> read;
  private final long freshNanos;
  private final LongSupplier nanoTime;

  /** Oldest first. */
  private final Map<Key, Entry> entries = new LinkedHashMap<>();

  RunLists(
      Function<ListRunsRequest, ListRunsResponse> read, Duration fresh, LongSupplier nanoTime) {
    this.read = read;
    this.freshNanos = fresh.toNanos();
    this.nanoTime = nanoTime;
  }

  /** A page that is as old as it may be at most; throws what reading throws. */
  ListRunsResponse get(Caller caller, ListRunsRequest request) {
    Key key = new Key(caller, request);
    CompletableFuture<ListRunsResponse> own = new CompletableFuture<>();
    CompletableFuture<ListRunsResponse> response = claim(key, own);
    if (response == own) {
      try {
        own.complete(read.apply(request));
      } catch (RuntimeException e) {
        own.completeExceptionally(e);
        forget(key, own);
      }
    }
    try {
      return response.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private synchronized CompletableFuture<ListRunsResponse> claim(
      Key key, CompletableFuture<ListRunsResponse> own) {
    long now = nanoTime.getAsLong();
    entries.values().removeIf(entry -> now - entry.since > freshNanos);
    Entry entry = entries.get(key);
    if (entry != null) {
      return entry.response;
    }
    if (entries.size() >= MOST_PAGES) {
      entries.remove(entries.keySet().iterator().next());
    }
    entries.put(key, new Entry(own, now));
    return own;
  }

  private synchronized void forget(Key key, CompletableFuture<ListRunsResponse> response) {
    Entry entry = entries.get(key);
    if (entry != null && entry.response == response) {
      entries.remove(key);
    }
  }

  /** What a caller may see depends on the caller. */
  private record Key(Caller caller, ListRunsRequest request) {}

  private record Entry(CompletableFuture<ListRunsResponse> response, long since) {}
}
