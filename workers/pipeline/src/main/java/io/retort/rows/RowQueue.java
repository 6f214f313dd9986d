package io.retort.rows;

import com.google.protobuf.Message;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one attempt that have no record yet: starts them in order, as many at once as there
 * are slots, and loads each as it starts.
 *
 * <p>Thread-safe.
 */
final class RowQueue<I, R extends Message> implements AutoCloseable {
  /**
   * How much memory a row takes while it is under way, in its own size: its text in memory, its
   * requests and answers, its record, and the record as it is printed.
   */
  private static final int COPIES = 16;

  private final RowEngine engine;
  private final ShardJob<I, R> job;
  private final Sink<R> sink;
  private final Queue<Integer> pending = new ConcurrentLinkedQueue<>();
  private final Set<Integer> inMemory = ConcurrentHashMap.newKeySet();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger starting = new AtomicInteger();
  private final RowSlots.Share slots;
  private volatile boolean stopped;
  private volatile boolean paused = true;

  /** Where rows end, on any thread; one of {@code rowRecord} and {@code thrown} is there. */
  interface Sink<R> {
    void ended(int row, @Nullable R rowRecord, @Nullable Throwable thrown);
  }

  RowQueue(RowEngine engine, ShardJob<I, R> job, Sink<R> sink) {
    this.engine = engine;
    this.job = job;
    this.sink = sink;
    this.slots = engine.slots().join(job.concurrency(), this::wake);
  }

  /** Puts a row at the end, before {@link #start}. */
  void add(int row) {
    pending.add(row);
  }

  /** Puts a row that has ended without a record at the end. */
  void again(int row) {
    forget(row);
    pending.add(row);
    wake();
  }

  /** Frees the memory of a row that has ended. */
  void forget(int row) {
    if (inMemory.remove(row)) {
      slots.release(memory(row));
    }
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  int inFlight() {
    return inFlight.get();
  }

  /** Starts rows from now on; does not wait for it. */
  void start() {
    paused = false;
    wake();
  }

  /** Starts no rows until {@link #start}. */
  void pause() {
    paused = true;
  }

  /** Starts no more rows. */
  void stop() {
    stopped = true;
  }

  @Override
  public void close() {
    stop();
    slots.close();
  }

  /**
   * Starts rows where possible, on another thread, as the caller may hold resources that they need.
   */
  private void wake() {
    engine.executor().execute(this::startMore);
  }

  /**
   * Starts rows while there is room. One thread at a time does: another's call, also one from a row
   * that ends while it is started, causes another pass, so that rows that need no call do not nest.
   */
  private void startMore() {
    if (starting.getAndIncrement() > 0) {
      return;
    }
    int seen;
    do {
      seen = starting.get();
      startWhileThereIsRoom();
    } while (!starting.compareAndSet(seen, 0));
  }

  private void startWhileThereIsRoom() {
    // Only one thread takes rows, so that the first one stays the first.
    for (Integer row = first(); row != null && slots.tryTake(memory(row)); row = first()) {
      inFlight.incrementAndGet();
      // Checked again after counting: a concurrent stop either sees the count or is seen here.
      if (!isOpen()) {
        inFlight.decrementAndGet();
        slots.release();
        slots.release(memory(row));
        return;
      }
      pending.remove();
      inMemory.add(row);
      start(row);
    }
  }

  private @Nullable Integer first() {
    return isOpen() ? pending.peek() : null;
  }

  private long memory(int row) {
    return (long) job.inputs().bytes(row) * COPIES;
  }

  private boolean isOpen() {
    return !stopped && !paused;
  }

  private void start(int row) {
    engine.metrics().started(job.stage());
    CompletableFuture<R> future;
    try {
      future = job.work().start(job.inputs().get(row));
    } catch (Throwable e) {
      // Errors too: a row that is never heard of again would keep its slot and the shard waiting.
      future = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<R> unused =
        future.whenComplete(
            (rowRecord, thrown) -> {
              sink.ended(row, rowRecord, thrown);
              engine.metrics().ended(job.stage());
              inFlight.decrementAndGet();
              slots.release();
              startMore();
            });
  }
}
