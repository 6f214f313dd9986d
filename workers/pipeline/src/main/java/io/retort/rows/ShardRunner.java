package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.failure.Failures;
import io.retort.store.StoreFailures;
import io.retort.v1.Manifest;
import io.retort.v1.ShardProgress;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a shard: makes the records that no earlier attempt has made, and commits the
 * shard.
 *
 * <p>The calling thread stores finished rows: what ends while it writes goes into its next write,
 * so that a killed process loses no finished row but those of one write. A row that fails does not
 * end the attempt: the others go on, and the attempt fails at its end, for the next one to ask only
 * for the rows that are missing. It ends early for a failure that is not retried, or when so many
 * rows fail in a row that nothing seems to work; then rows under way may finish for a while.
 */
public final class ShardRunner<I, R extends Message> {
  private static final Logger LOGGER = LoggerFactory.getLogger(ShardRunner.class);
  private static final int FEWEST_FAILURES_TO_STOP = 3;

  private final RowEngine engine;
  private final ShardJob<I, R> job;
  private final Runnable cancelCalls;
  private final Consumer<ShardProgress> heartbeat;

  private final Queue<I> pending = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Completion<R>> completions = new LinkedBlockingQueue<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Semaphore permits;
  private volatile boolean stopped;

  private final Map<String, R> records = new HashMap<>();
  private final List<R> unsaved = new ArrayList<>();
  private int outstanding;
  private int failed;
  private int failedInARow;
  private @Nullable Throwable firstFailure;

  private record Completion<R>(String key, @Nullable R record, @Nullable Throwable thrown) {}

  /**
   * @param cancelCalls ends the calls of rows under way
   * @param heartbeat called at least every few seconds; ends the attempt by throwing
   */
  public ShardRunner(
      RowEngine engine,
      ShardJob<I, R> job,
      Runnable cancelCalls,
      Consumer<ShardProgress> heartbeat) {
    this.engine = engine;
    this.job = job;
    this.cancelCalls = cancelCalls;
    this.heartbeat = heartbeat;
    this.permits = new Semaphore(Math.max(1, job.concurrency()));
  }

  /**
   * Runs once.
   *
   * @return rows of the committed shard
   * @throws ApplicationFailure the failure of rows, with what is finished kept
   */
  public long run() {
    long started = System.nanoTime();
    try {
      Optional<Manifest> committed = job.log().committed();
      if (committed.isPresent()) {
        return committed.get().getRows();
      }
      resume();
      makeRecords();
      Manifest manifest = job.log().commit(ordered());
      engine.metrics().committed(job.stage(), (System.nanoTime() - started) / 1e9);
      return manifest.getRows();
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private void resume() throws IOException {
    Map<String, R> stored = job.log().read();
    for (I input : job.inputs()) {
      String key = job.work().key(input);
      R record = stored.get(key);
      if (record == null) {
        pending.add(input);
      } else {
        records.put(key, record);
      }
    }
    outstanding = pending.size();
    if (!records.isEmpty()) {
      LOGGER.info(
          "{}: {} of {} rows are there from earlier attempts",
          job.stage(),
          records.size(),
          job.inputs().size());
    }
  }

  private void makeRecords() throws IOException {
    boolean ended = false;
    try {
      engine.executor().execute(this::startMore);
      while (outstanding > 0) {
        collect(engine.heartbeatEvery());
        save();
        reportProgress();
        failEarly();
      }
      ended = true;
    } catch (InterruptedException e) {
      keepFinished(Duration.ZERO);
      Thread.currentThread().interrupt();
      throw shutdown(e);
    } catch (ActivityWorkerShutdownException e) {
      keepFinished(Duration.ZERO);
      throw shutdown(e);
    } finally {
      if (!ended) {
        keepFinished(Duration.ZERO);
      }
    }
    if (failed > 0) {
      throw failure();
    }
  }

  /** Starts rows while there is room. Runs on the executor, in several threads at once. */
  private void startMore() {
    while (!stopped && permits.tryAcquire()) {
      inFlight.incrementAndGet();
      // Looked at again after counting: whoever stops then either sees the count or has been seen.
      I input = stopped ? null : pending.poll();
      if (input == null) {
        inFlight.decrementAndGet();
        permits.release();
        return;
      }
      start(input);
    }
  }

  private void start(I input) {
    String key = job.work().key(input);
    engine.metrics().started(job.stage());
    CompletableFuture<R> future;
    try {
      future = job.work().start(input);
    } catch (RuntimeException e) {
      future = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<R> unused =
        future.whenComplete(
            (record, thrown) -> {
              engine.metrics().ended(job.stage());
              completions.add(new Completion<>(key, record, thrown));
              inFlight.decrementAndGet();
              permits.release();
              // Not from here: rows that need no call would nest as deep as the shard is long.
              engine.executor().execute(this::startMore);
            });
  }

  /** Waits for a finished row, then takes all that are there. */
  private void collect(Duration atMost) throws InterruptedException {
    Completion<R> first = completions.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
    for (Completion<R> next = first; next != null; next = completions.poll()) {
      take(next);
    }
  }

  private void take(Completion<R> completion) {
    outstanding--;
    R record = completion.record();
    if (record != null) {
      records.put(completion.key(), record);
      unsaved.add(record);
      failedInARow = 0;
      return;
    }
    Throwable thrown = unwrap(completion.thrown());
    failed++;
    failedInARow++;
    if (firstFailure == null || (isFinal(thrown) && !isFinal(firstFailure))) {
      firstFailure = thrown;
    }
  }

  private void save() throws IOException {
    if (unsaved.isEmpty()) {
      return;
    }
    job.log().append(unsaved);
    unsaved.forEach(record -> engine.metrics().stored(job.stage(), job.outcome().apply(record)));
    unsaved.clear();
  }

  private void reportProgress() {
    heartbeat.accept(
        ShardProgress.newBuilder().setDone(records.size()).setTotal(job.inputs().size()).build());
  }

  private void failEarly() {
    if (engine.shutdown().isRequested() && outstanding > 0) {
      keepFinished(engine.drain());
      throw shutdown(null);
    }
    boolean nothingWorks =
        failedInARow >= Math.max(FEWEST_FAILURES_TO_STOP, job.concurrency()) && outstanding > 0;
    if (nothingWorks || isFinal(firstFailure)) {
      keepFinished(engine.drain());
      throw failure();
    }
  }

  /**
   * Starts no more rows, lets those under way finish for a while, ends the calls of the rest, and
   * stores what is finished. Does nothing the second time but look again.
   */
  private void keepFinished(Duration atMost) {
    stopped = true;
    try {
      long deadline = System.nanoTime() + atMost.toNanos();
      while (inFlight.get() > 0 && System.nanoTime() < deadline) {
        collect(Duration.ofMillis(Math.min(200, atMost.toMillis())));
        save();
        reportProgress();
      }
      collect(Duration.ZERO);
      save();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The failure that brought us here is the one to tell; this one is most often the same.
      LOGGER.warn("{}: {} finished rows could not be stored", job.stage(), unsaved.size(), e);
    } finally {
      cancelCalls.run();
    }
  }

  private List<R> ordered() {
    List<R> ordered = new ArrayList<>();
    for (I input : job.inputs()) {
      R record = records.get(job.work().key(input));
      if (record == null) {
        throw Failures.platform(
            "ROW_LOST", job.stage() + ": a row has no record (expected: one for each)", null);
      }
      ordered.add(record);
    }
    return ordered;
  }

  private ApplicationFailure failure() {
    Throwable thrown = firstFailure;
    String kept =
        String.format(
            "%s: %d rows failed, %d of %d are kept",
            job.stage(), failed, records.size(), job.inputs().size());
    LOGGER.warn("{}", kept, thrown);
    if (thrown instanceof ApplicationFailure application) {
      ApplicationFailure.Builder failure = ApplicationFailure.newBuilder();
      Duration nextRetryDelay = application.getNextRetryDelay();
      if (nextRetryDelay != null) {
        failure.setNextRetryDelay(nextRetryDelay);
      }
      return failure
          .setType(application.getType())
          .setMessage(application.getOriginalMessage() + " (" + kept + ")")
          .setNonRetryable(application.isNonRetryable())
          .setCause(application)
          .build();
    }
    return Failures.platform("ROWS_FAILED", kept + "; first failure: " + thrown, thrown);
  }

  private ApplicationFailure shutdown(@Nullable Throwable cause) {
    return Failures.platform(
        "WORKER_SHUTDOWN",
        job.stage()
            + ": the worker shuts down, "
            + records.size()
            + " of "
            + job.inputs().size()
            + " rows are kept",
        cause);
  }

  private static boolean isFinal(@Nullable Throwable thrown) {
    return thrown instanceof ApplicationFailure failure && failure.isNonRetryable();
  }

  private static Throwable unwrap(@Nullable Throwable thrown) {
    if (thrown instanceof CompletionException && thrown.getCause() != null) {
      return unwrap(thrown.getCause());
    }
    return thrown == null ? new IllegalStateException("a row ended without a record") : thrown;
  }
}
