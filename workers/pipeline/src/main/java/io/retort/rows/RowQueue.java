package io.retort.rows;

import com.google.protobuf.Message;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one attempt that have no record yet: starts them in order, as many at once as there
 * are slots.
 *
 * <p>Thread-safe.
 */
final class RowQueue<I, R extends Message> implements AutoCloseable {
  private final RowEngine engine;
  private final ShardJob<I, R> job;
  private final Sink<R> sink;
  private final Queue<Integer> pending = new ConcurrentLinkedQueue<>();
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
    pending.add(row);
    wake();
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
   * Looks for rows that can be started; on another thread, as the caller may hold what they need.
   */
  private void wake() {
    engine.executor().execute(this::startMore);
  }

  /**
   * Starts rows while there is room. One thread at a time does: another's call, also one from a row
   * that ends while it is started, makes it look again, so that rows that need no call do not nest.
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
    while (isOpen() && slots.tryTake()) {
      inFlight.incrementAndGet();
      // Looked at again after counting: whoever stops then either sees the count or has been seen.
      Integer row = isOpen() ? pending.poll() : null;
      if (row == null) {
        inFlight.decrementAndGet();
        slots.release();
        return;
      }
      start(row);
    }
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
