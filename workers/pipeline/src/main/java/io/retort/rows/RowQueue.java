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
 * The rows of one attempt that have no record yet. Starts them in order, as far as slots are
 * available, and loads each row when it starts.
 *
 * <p>Thread-safe.
 */
final class RowQueue<I, R extends Message> implements AutoCloseable {
  /**
   * Memory of a running row as a multiple of its size: its text in memory, its requests and
   * answers, its record, and the printed record.
   */
  private static final int COPIES = 16;

  /**
   * Rows that are started one after another on a thread. Rows that need no call end as they start,
   * so that there may be any number of them, while the thread has more answers to hand out, and
   * calls to send.
   */
  private static final int MOST_IN_A_ROW = 16;

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

  /**
   * Receives the end of a row, on any thread; exactly one of {@code rowRecord} and {@code thrown}
   * is not null.
   */
  interface Sink<R> {
    void ended(int row, @Nullable R rowRecord, @Nullable Throwable thrown);
  }

  RowQueue(RowEngine engine, ShardJob<I, R> job, Sink<R> sink) {
    this.engine = engine;
    this.job = job;
    this.sink = sink;
    this.slots = engine.slots().join(job.concurrency(), this::wake);
  }

  /** Appends a row, before {@link #start}. */
  void add(int row) {
    pending.add(row);
  }

  /** Appends a row that has ended without a record. */
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

  /** Allows rows to start; returns without waiting for one. */
  void start() {
    paused = false;
    wake();
  }

  /** Stops starting rows until {@link #start}. */
  void pause() {
    paused = true;
  }

  /** Stops starting rows for good. */
  void stop() {
    stopped = true;
  }

  @Override
  public void close() {
    stop();
    slots.close();
  }

  /**
   * Starts rows if possible, on another thread, because the caller may hold resources that they
   * need.
   */
  private void wake() {
    engine.executor().execute(this::startMore);
  }

  /**
   * Starts rows while there is room. Only one thread runs the loop. A concurrent call, including
   * one from a row that ends while it is being started, causes another pass, so that rows that need
   * no call do not nest.
   */
  private void startMore() {
    if (starting.getAndIncrement() == 0) {
      startRows();
    }
  }

  /** Runs the loop, which goes on with another thread after some rows. */
  private void startRows() {
    int left = MOST_IN_A_ROW;
    int seen;
    do {
      seen = starting.get();
      left -= startWhileThereIsRoom(left);
      if (left == 0) {
        engine.executor().execute(this::startRows);
        return;
      }
    } while (!starting.compareAndSet(seen, 0));
  }

  /** Returns how many it has started. */
  private int startWhileThereIsRoom(int most) {
    int started = 0;
    // Only one thread takes rows, so that the first row stays the first.
    for (Integer row = first();
        started < most && row != null && slots.tryTake(memory(row));
        row = first()) {
      inFlight.incrementAndGet();
      // Checked again after counting: a concurrent stop either sees the count or is seen here.
      if (!isOpen()) {
        inFlight.decrementAndGet();
        slots.release();
        slots.release(memory(row));
        return started;
      }
      pending.remove();
      inMemory.add(row);
      started++;
      start(row);
    }
    return started;
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
      // Includes errors: a row without an end would hold its slot and block the shard.
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
