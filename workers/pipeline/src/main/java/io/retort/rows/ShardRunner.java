package io.retort.rows;

import com.google.protobuf.Message;
import io.retort.cache.CallLog;
import io.retort.store.StoreFailures;
import io.retort.v1.Manifest;
import io.retort.v1.ShardProgress;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at a shard: makes the records that no earlier attempt has made, and commits the
 * shard.
 *
 * <p>The calling thread stores finished rows. Rows that finish during a write are part of the next
 * write, so that a killed process loses at most the rows of one write. A row that fails does not
 * end the attempt: other rows continue, and {@link RowTriage} decides whether the row is at fault.
 * The attempt ends early for a non-retryable failure, or when a common cause is likely. Running
 * rows may then finish for a while, and the next attempt processes only the missing rows.
 */
final class ShardRunner<I, R extends Message> {
  private static final Logger LOGGER = LoggerFactory.getLogger(ShardRunner.class);

  /** Ended rows that are taken together while others wait to be saved anyway. */
  private static final int MOST_TOGETHER = 64;

  /** Bytes of a record that is not kept waiting for others. */
  private static final int LARGE_RECORD = 1 << 16;

  private final RowEngine engine;
  private final ShardJob<I, R> job;
  private final Optional<CallLog> calls;
  private final Runnable cancelCalls;
  private final Consumer<ShardProgress> heartbeat;
  private final ShardFailures failures;

  private final RowQueue<I, R> queue;
  private final EndedRows<Completion> completions = new EndedRows<>();
  private final RowFaults faults;
  private final SetAsideRows aside = new SetAsideRows();
  private final RowTriage triage;
  private final RowPause pause;
  private final Spending spending;

  private final int rows;
  private final FinishedRows<R> finished;
  private boolean answered;
  private long savedAt;
  private long lastHeartbeatAt;
  private int outstanding;

  /**
   * The end of a row, or, with the row {@link Completion#NONE}, a request to check all rows.
   *
   * @param line of the record, also of a record that is held because of {@code thrown}
   */
  private record Completion(int row, @Nullable RowLine line, @Nullable Throwable thrown) {
    static final int NONE = -1;
  }

  /**
   * @param calls log of answers, stored together with their rows
   * @param endpoints that the shard's rows call
   * @param costLimit cost of the shard's rows, including those of earlier attempts, above which the
   *     attempt ends; infinite if there is no limit
   * @param cancelCalls cancels the calls of running rows
   * @param heartbeat called at least every few seconds; ends the attempt by throwing
   */
  ShardRunner(
      RowEngine engine,
      ShardJob<I, R> job,
      Optional<CallLog> calls,
      EndpointCheck endpoints,
      double costLimit,
      Runnable cancelCalls,
      Consumer<ShardProgress> heartbeat)
      throws IOException {
    this.engine = engine;
    this.job = job;
    this.calls = calls;
    spending = new Spending(costLimit);
    this.cancelCalls = cancelCalls;
    this.heartbeat = heartbeat;
    rows = job.inputs().size();
    failures = new ShardFailures(job.stage(), rows);
    finished = new FinishedRows<>(job, engine.metrics());
    queue = new RowQueue<>(engine, job, this::ended);
    pause = new RowPause(queue);
    faults = new RowFaults(job.concurrency());
    triage = new RowTriage(faults, endpoints, aside, failures);
  }

  /**
   * Runs once. The caller closes the job's inputs.
   *
   * @throws ApplicationFailure the failure of rows, where finished rows are kept;
   *     PLATFORM/ENDPOINT_REFUSED, not retryable, if a person has to fix an endpoint;
   *     BUDGET/ALLOWANCE_SPENT with the shard's cost as its detail
   */
  ShardResult run() {
    long started = System.nanoTime();
    try (finished;
        queue) {
      Optional<Manifest> committed = job.log().committed();
      if (committed.isPresent()) {
        job.log().readCommitted(committed.get(), rowRecord -> spending.add(costOf(rowRecord)));
        return new ShardResult(committed.get().getRows(), spending.sum(), 0);
      }
      resume();
      if (spending.isSpent() && !queue.isEmpty()) {
        throw failures.allowanceSpent(spending, finished.kept());
      }
      makeRecords();
      if (finished.kept() < rows) {
        throw failures.rowLost();
      }
      // Before the manifest: a shard with a manifest is never resumed, so nothing would add missing
      // answers to the cache.
      int keptAnswers = calls.isPresent() ? calls.get().commit() : 0;
      Manifest manifest = finished.commit(this::reportProgress);
      engine.metrics().committed(job.stage(), (System.nanoTime() - started) / 1e9);
      return new ShardResult(manifest.getRows(), spending.sum(), keptAnswers);
    } catch (IOException e) {
      throw StoreFailures.of(e);
    }
  }

  private void resume() throws IOException {
    if (calls.isPresent()) {
      calls.get().resume(this::reportProgress);
    }
    finished.resume(
        this::reportProgress,
        rowRecord -> {
          spending.add(costOf(rowRecord));
          answered |= job.usage().apply(rowRecord).getCalls() > 0;
        });
    for (int row = 0; row < rows; row++) {
      if (!finished.has(row)) {
        outstanding++;
        queue.add(row);
      }
    }
    if (finished.kept() > 0) {
      LOGGER.info(
          "{}: {} of {} rows are there from earlier attempts", job.stage(), finished.kept(), rows);
    }
  }

  private void makeRecords() throws IOException {
    boolean ended = false;
    try {
      queue.start();
      while (outstanding > 0 || !finished.areSaved()) {
        collect(finished.areSaved() ? 1 : together(), untilNextCheck());
        triage.check(outstanding == faults.aside());
        pause.check(triage.holdsRowsBack());
        if (mustSave()) {
          save();
          reportProgress();
        } else if (System.nanoTime() - lastHeartbeatAt >= engine.heartbeatEvery().toNanos()) {
          reportProgress();
        }
        failEarly();
      }
      ended = true;
    } catch (InterruptedException e) {
      keepFinished(Duration.ZERO);
      Thread.currentThread().interrupt();
      throw failures.shutdown(e, finished.kept());
    } catch (ActivityWorkerShutdownException e) {
      keepFinished(Duration.ZERO);
      throw failures.shutdown(e, finished.kept());
    } finally {
      if (!ended) {
        keepFinished(Duration.ZERO);
      }
    }
  }

  /** Counts rows here and not during storage, because many more rows could start during a write. */
  private void ended(int row, @Nullable R rowRecord, @Nullable Throwable thrown) {
    try {
      if (rowRecord != null) {
        RowLine line = RowLine.of(job, rowRecord);
        spend(costOf(rowRecord));
        completions.add(
            new Completion(row, line, null),
            line.json().size() >= LARGE_RECORD || spending.isSpent());
        return;
      }
      Throwable cause = RowFaults.unwrap(thrown);
      if (RowFaults.isFinal(cause)) {
        queue.stop();
      }
      completions.add(new Completion(row, lineOfRefused(cause), cause), true);
    } catch (Throwable e) {
      // Includes errors: a row without an end would block the shard.
      completions.add(new Completion(row, null, e), true);
    }
  }

  private @Nullable RowLine lineOfRefused(Throwable thrown) {
    return thrown instanceof RefusedByEndpointException refusal
        ? RowLine.of(job, recordOf(refusal))
        : null;
  }

  @SuppressWarnings("unchecked") // The row's own work made the record.
  private R recordOf(RefusedByEndpointException refusal) {
    return (R) refusal.rowRecord();
  }

  private void spend(double more) {
    spending.add(more);
    if (spending.isSpent()) {
      queue.stop();
    }
  }

  private double costOf(R rowRecord) {
    return job.usage().apply(rowRecord).getCost();
  }

  private boolean mustSave() {
    return !finished.areSaved() && untilSave().isZero();
  }

  /**
   * Finished rows wait briefly for each other, because a write of many rows costs about as much as
   * a write of one.
   */
  private Duration untilSave() {
    if (finished.areSaved()) {
      return engine.heartbeatEvery();
    }
    long left = savedAt + engine.saveEvery().toNanos() - System.nanoTime();
    return Duration.ofNanos(outstanding == 0 || finished.areMany() ? 0 : Math.max(0, left));
  }

  private Duration untilNextCheck() {
    Duration untilSave = untilSave();
    Duration untilTriage = triage.untilNextCheck().orElse(untilSave);
    return pause.untilNextCheck(untilSave.compareTo(untilTriage) < 0 ? untilSave : untilTriage);
  }

  private int together() {
    return Math.max(1, Math.min(outstanding - faults.aside(), MOST_TOGETHER));
  }

  /** Waits for a number of rows, or one that cannot wait, then takes all ended rows. */
  private void collect(int wanted, Duration atMost) throws InterruptedException, IOException {
    for (Completion next : completions.take(wanted, atMost)) {
      if (next.row() != Completion.NONE) {
        take(next);
      }
    }
  }

  private void take(Completion completion) throws IOException {
    int row = completion.row();
    RowLine line = completion.line();
    Throwable thrown = completion.thrown();
    if (thrown == null && line != null) {
      finished.add(row, line);
      outstanding--;
      faults.ended(row);
    } else if (thrown instanceof OutOfMemoryError error) {
      // Not the fault of a row; from here on this process is not reliable.
      throw error;
    } else if (thrown instanceof RowLine.UnwritableException) {
      aside.quarantine(row, "UNWRITABLE", String.valueOf(thrown.getMessage()));
    } else if (thrown instanceof RefusedByEndpointException refusal && line != null) {
      double spent = costOf(recordOf(refusal));
      faults.refused(
          new RowFaults.Refused(row, finished.hold(line), spent),
          String.valueOf(refusal.getMessage()));
      queue.forget(row);
    } else {
      failed(row, RowFaults.unwrap(thrown));
    }
  }

  private void failed(int row, Throwable thrown) {
    Optional<Duration> delay = faults.failed(row, thrown);
    if (delay.isPresent()) {
      pause.lengthen(delay.get());
      queue.again(row);
    } else {
      queue.forget(row);
    }
  }

  /** Stores answers first, so that the answers of every stored row are stored. */
  private void save() throws IOException {
    if (calls.isPresent()) {
      calls.get().save();
    }
    savedAt = System.nanoTime();
    finished.save(queue::forget);
  }

  private void reportProgress() {
    lastHeartbeatAt = System.nanoTime();
    heartbeat.accept(ShardProgress.newBuilder().setDone(finished.saved()).setTotal(rows).build());
  }

  private void failEarly() {
    if (engine.shutdown().isRequested() && outstanding > 0) {
      keepFinished(engine.drain());
      throw failures.shutdown(null, finished.kept());
    }
    // When all rows are running, they may as well finish.
    if (spending.isSpent() && !queue.isEmpty()) {
      keepFinished(engine.drain());
      throw failures.allowanceSpent(spending, finished.kept());
    }
    if (faults.isFinal()) {
      keepFinished(engine.drain());
      throw failures.of(faults.first(), faults.failedRows(), finished.kept());
    }
  }

  /**
   * Stops starting rows, lets running rows finish for a while, cancels the calls of the others, and
   * stores finished rows and the answers of unfinished ones. A second call only stores rows that
   * have finished since.
   */
  private void keepFinished(Duration atMost) {
    queue.stop();
    try {
      long deadline = System.nanoTime() + atMost.toNanos();
      while (queue.inFlight() > 0 && System.nanoTime() < deadline) {
        collect(1, Duration.ofMillis(Math.min(200, atMost.toMillis())));
        save();
        reportProgress();
      }
      collect(1, Duration.ZERO);
      save();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // The failure that ended the attempt is reported; this one usually has the same cause.
      LOGGER.warn(
          "{}: {} finished rows could not be stored",
          job.stage(),
          finished.kept() - finished.saved(),
          e);
    } finally {
      cancelCalls.run();
    }
  }

  private final class SetAsideRows implements RowTriage.Rows {
    @Override
    public void quarantine(int row, String reason, String message) throws IOException {
      LOGGER.warn("{}: a row is quarantined: {}: {}", job.stage(), reason, message);
      R rowRecord = job.work().quarantined(job.inputs().get(row), reason, message);
      finished.add(row, RowLine.ofAnySize(job, rowRecord));
      counts(row);
    }

    @Override
    public void keep(RowFaults.Refused refused) throws IOException {
      finished.add(refused.row(), refused.held());
      spend(refused.cost());
      counts(refused.row());
    }

    private void counts(int row) throws IOException {
      outstanding--;
      faults.settled(row);
      if (finished.areMany()) {
        save();
      }
    }

    @Override
    public boolean wereAnswered() {
      return answered;
    }

    @Override
    public int keepFinished() {
      ShardRunner.this.keepFinished(engine.drain());
      return finished.kept();
    }

    @Override
    public void wake() {
      completions.add(new Completion(Completion.NONE, null, null), true);
    }
  }
}
