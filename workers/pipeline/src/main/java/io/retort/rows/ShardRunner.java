package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.cache.CallLog;
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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
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
  private final Optional<CallLog> calls;
  private final double costLimit;
  private final Runnable cancelCalls;
  private final Consumer<ShardProgress> heartbeat;

  private final IdentityHashMap<I, String> keys = new IdentityHashMap<>();
  private final Queue<I> pending = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Completion<R>> completions = new LinkedBlockingQueue<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger starting = new AtomicInteger();
  private final RowSlots.Share slots;
  private final DoubleAdder cost = new DoubleAdder();
  private volatile boolean stopped;

  private final Map<String, R> records = new HashMap<>();
  private final List<R> unsaved = new ArrayList<>();
  private long savedAt;
  private long heardAt;
  private int outstanding;
  private int failed;
  private int failedInARow;
  private @Nullable Throwable firstFailure;

  private record Completion<R>(String key, @Nullable R record, @Nullable Throwable thrown) {}

  /**
   * @param calls answers to be kept with the rows that they are part of
   * @param costLimit cost of the shard's rows, those of earlier attempts among them, beyond which
   *     the attempt ends; infinite where there is none
   * @param cancelCalls ends the calls of rows under way
   * @param heartbeat called at least every few seconds; ends the attempt by throwing
   */
  public ShardRunner(
      RowEngine engine,
      ShardJob<I, R> job,
      Optional<CallLog> calls,
      double costLimit,
      Runnable cancelCalls,
      Consumer<ShardProgress> heartbeat) {
    this.engine = engine;
    this.job = job;
    this.calls = calls;
    this.costLimit = costLimit;
    this.cancelCalls = cancelCalls;
    this.heartbeat = heartbeat;
    this.slots =
        engine.slots().join(job.concurrency(), () -> engine.executor().execute(this::startMore));
  }

  /**
   * Runs once.
   *
   * @throws ApplicationFailure the failure of rows, with what is finished kept;
   *     BUDGET/ALLOWANCE_SPENT with the shard's cost as its detail
   */
  public ShardResult run() {
    long started = System.nanoTime();
    try (slots) {
      Optional<Manifest> committed = job.log().committed();
      if (committed.isPresent()) {
        for (R record : job.log().readCommitted(committed.get())) {
          cost.add(job.usage().apply(record).getCost());
        }
        return new ShardResult(committed.get().getRows(), cost.sum(), 0);
      }
      resume();
      if (isSpent() && !pending.isEmpty()) {
        throw allowanceSpent();
      }
      makeRecords();
      List<R> ordered = ordered();
      // Before the manifest: once that stands, nobody looks for what is missing in the cache.
      int keptAnswers = calls.isPresent() ? calls.get().commit() : 0;
      Manifest manifest = job.log().commit(ordered);
      engine.metrics().committed(job.stage(), (System.nanoTime() - started) / 1e9);
      return new ShardResult(manifest.getRows(), cost.sum(), keptAnswers);
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private void resume() throws IOException {
    if (calls.isPresent()) {
      calls.get().resume(this::reportProgress);
    }
    Map<String, R> stored = job.log().read(this::reportProgress);
    for (I input : job.inputs()) {
      String key = job.work().key(input);
      keys.put(input, key);
      R record = stored.get(key);
      if (record == null) {
        pending.add(input);
      } else if (records.put(key, record) == null) {
        cost.add(job.usage().apply(record).getCost());
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
      while (outstanding > 0 || !unsaved.isEmpty()) {
        collect(untilSave());
        if (mustSave()) {
          save();
          reportProgress();
        } else if (System.nanoTime() - heardAt >= engine.heartbeatEvery().toNanos()) {
          reportProgress();
        }
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
      // Rows that failed may have had answers.
      save();
      throw failure();
    }
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
    while (!stopped && slots.tryTake()) {
      inFlight.incrementAndGet();
      // Looked at again after counting: whoever stops then either sees the count or has been seen.
      I input = stopped ? null : pending.poll();
      if (input == null) {
        inFlight.decrementAndGet();
        slots.release();
        return;
      }
      start(input);
    }
  }

  private void start(I input) {
    String key = key(input);
    engine.metrics().started(job.stage());
    CompletableFuture<R> future;
    try {
      future = job.work().start(input);
    } catch (Throwable e) {
      // Errors too: a row that is never heard of again would keep its slot and the shard waiting.
      future = CompletableFuture.failedFuture(e);
    }
    CompletableFuture<R> unused =
        future.whenComplete(
            (record, thrown) -> {
              completions.add(spent(key, record, thrown));
              engine.metrics().ended(job.stage());
              inFlight.decrementAndGet();
              slots.release();
              startMore();
            });
  }

  /** Counts here, not where rows are stored: while they are, many more could be started. */
  private Completion<R> spent(String key, @Nullable R record, @Nullable Throwable thrown) {
    if (record == null) {
      return new Completion<>(key, null, thrown);
    }
    try {
      spend(record);
      return new Completion<>(key, record, null);
    } catch (RuntimeException e) {
      return new Completion<>(key, null, e);
    }
  }

  private void spend(R record) {
    double more = job.usage().apply(record).getCost();
    if (more > 0) {
      cost.add(more);
      if (isSpent()) {
        stopped = true;
      }
    }
  }

  private boolean isSpent() {
    return cost.sum() > costLimit;
  }

  private String key(I input) {
    return Objects.requireNonNull(keys.get(input), "every input has a key");
  }

  /**
   * Finished rows wait for each other a little: a write costs much the same for one or for many.
   */
  private Duration untilSave() {
    if (unsaved.isEmpty()) {
      return engine.heartbeatEvery();
    }
    long left = engine.saveEvery().toNanos() - (System.nanoTime() - savedAt);
    return Duration.ofNanos(outstanding == 0 ? 0 : Math.max(0, left));
  }

  private boolean mustSave() {
    return !unsaved.isEmpty() && untilSave().isZero();
  }

  /** Waits for a finished row, then takes all that are there. */
  private void collect(Duration atMost) throws InterruptedException {
    Completion<R> first = completions.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
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

  /** Answers first: a row that is stored has its answers stored. */
  private void save() throws IOException {
    if (calls.isPresent()) {
      calls.get().save();
    }
    savedAt = System.nanoTime();
    if (unsaved.isEmpty()) {
      return;
    }
    job.log().append(unsaved);
    unsaved.forEach(record -> engine.metrics().stored(job.stage(), job.outcome().apply(record)));
    unsaved.clear();
  }

  private void reportProgress() {
    heardAt = System.nanoTime();
    heartbeat.accept(
        ShardProgress.newBuilder()
            .setDone(records.size() - unsaved.size())
            .setTotal(job.inputs().size())
            .build());
  }

  private void failEarly() {
    if (engine.shutdown().isRequested() && outstanding > 0) {
      keepFinished(engine.drain());
      throw shutdown(null);
    }
    // Once all rows are under way they may as well end.
    if (isSpent() && !pending.isEmpty()) {
      keepFinished(engine.drain());
      throw allowanceSpent();
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
      R record = records.get(key(input));
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
            Locale.ROOT,
            "%s: %d rows failed, %d of %d are kept",
            job.stage(),
            failed,
            records.size(),
            job.inputs().size());
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

  /** Not retried as it is: the workflow decides on another allowance. */
  private ApplicationFailure allowanceSpent() {
    return ApplicationFailure.newBuilder()
        .setType("BUDGET/ALLOWANCE_SPENT")
        .setMessage(
            String.format(
                Locale.ROOT,
                "%s: the shard's rows have cost %.4f (expected: at most %.4f), %d of %d are kept",
                job.stage(),
                cost.sum(),
                costLimit,
                records.size(),
                job.inputs().size()))
        .setNonRetryable(true)
        .setDetails(cost.sum())
        .build();
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
