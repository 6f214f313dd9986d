package io.retort.rows;

import io.retort.judge.client.JudgeFailures;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one attempt that have no record because they failed or were refused.
 *
 * <p>A row that fails is retried after all others, and set aside after its last attempt. Rate
 * limits and cool-downs of endpoints do not count as attempts, because they end without
 * intervention. A row that an endpoint refuses is set aside at once. {@link RowTriage} takes the
 * rows that were set aside.
 *
 * <p>Not thread-safe.
 */
final class RowFaults {
  static final int MOST_TRIES = 3;
  private static final int FEWEST_FAILURES_TO_STOP = 3;

  private final int concurrency;
  private final Map<Integer, Integer> tries = new HashMap<>();
  private final List<Failed> failed = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private String firstMessage = "";
  private @Nullable Throwable first;
  private int failedInARow;
  private boolean judgeFailed;
  private boolean waited;
  private boolean othersEnd;

  /** A row that has used all its attempts. */
  record Failed(int row, Throwable thrown) {
    boolean isOfTheJudge() {
      return JudgeFailures.isOne(thrown);
    }
  }

  /**
   * @param held the row's record if the row itself is at fault
   * @param cost of the row
   */
  record Refused(int row, FinishedRows.Held held, double cost) {}

  /**
   * @param concurrency of the shard: one fault can affect this many rows at once
   */
  RowFaults(int concurrency) {
    this.concurrency = concurrency;
  }

  /** Records a row that ended with its own record. */
  void ended(int row) {
    settled(row);
    forgive();
    othersEnd = true;
  }

  /** Records that a row that was set aside has a record now. */
  void settled(int row) {
    tries.remove(row);
  }

  /**
   * Records a row that its endpoint refused.
   *
   * @param message the endpoint's message
   */
  void refused(Refused row, String message) {
    if (refused.isEmpty()) {
      firstMessage = message;
    }
    refused.add(row);
  }

  /**
   * Records a failure.
   *
   * @return how long to wait before the row is retried; empty if it was set aside
   */
  Optional<Duration> failed(int row, Throwable thrown) {
    Optional<Duration> hint = hint(thrown);
    if (hint.isPresent()) {
      waited = true;
      return hint;
    }
    failedInARow++;
    judgeFailed |= JudgeFailures.isOne(thrown);
    if (first == null || (isFinal(thrown) && !isFinal(first))) {
      first = thrown;
    }
    if (tries.merge(row, 1, Integer::sum) < MOST_TRIES) {
      return Optional.of(Duration.ZERO);
    }
    failed.add(new Failed(row, thrown));
    return Optional.empty();
  }

  /** Number of rows that are set aside. */
  int aside() {
    return failed.size() + refused.size();
  }

  boolean hasRefused() {
    return !refused.isEmpty();
  }

  /** Whether a row has used all its attempts because of the judge. */
  boolean hasFailedAtTheJudge() {
    return failed.stream().anyMatch(Failed::isOfTheJudge);
  }

  /** Whether so many consecutive rows failed that a common cause is likely. */
  boolean seemsDown() {
    // A failure after a wait belongs to the single call that tested whether the wait is over.
    int enough = waited ? 1 : Math.max(FEWEST_FAILURES_TO_STOP, concurrency);
    return failedInARow >= enough;
  }

  /** Whether the judge is part of the likely cause, see {@link #seemsDown}. */
  boolean seemsToBeTheJudge() {
    return judgeFailed;
  }

  /** Whether enough rows were refused to ask control questions. */
  boolean manyAreRefused() {
    return refused.size() >= Math.max(FEWEST_FAILURES_TO_STOP, concurrency);
  }

  /** Resets the counts after something has succeeded. */
  void forgive() {
    failedInARow = 0;
    judgeFailed = false;
    waited = false;
  }

  /** Takes the rows that have used all their attempts because of the judge. */
  List<Failed> takeFailedAtTheJudge() {
    return takeFailed(true);
  }

  /**
   * Takes the rows that have used all their attempts for other reasons, provided that other rows
   * have ended in this attempt, so that no common cause is likely.
   */
  List<Failed> takeFailedAlone() {
    return othersEnd ? takeFailed(false) : List.of();
  }

  private List<Failed> takeFailed(boolean ofTheJudge) {
    List<Failed> taken = failed.stream().filter(row -> row.isOfTheJudge() == ofTheJudge).toList();
    failed.removeIf(row -> row.isOfTheJudge() == ofTheJudge);
    return taken;
  }

  List<Refused> takeRefused() {
    List<Refused> taken = List.copyOf(refused);
    refused.clear();
    return taken;
  }

  /** The message of the first row that was set aside because it was refused. */
  String messageOfRefused() {
    return firstMessage;
  }

  int refusedRows() {
    return refused.size();
  }

  /** The failure to report: the first one, or the first that another attempt would not fix. */
  @Nullable Throwable first() {
    return first;
  }

  boolean isFinal() {
    return isFinal(first);
  }

  /** Number of rows that have failed and have no record. */
  int failedRows() {
    return tries.size();
  }

  static boolean isFinal(@Nullable Throwable thrown) {
    return thrown instanceof ApplicationFailure failure && failure.isNonRetryable();
  }

  /** The delay that a failure requests, in which case it does not count as an attempt. */
  static Optional<Duration> hint(Throwable thrown) {
    return thrown instanceof ApplicationFailure failure && !failure.isNonRetryable()
        ? Optional.ofNullable(failure.getNextRetryDelay())
        : Optional.empty();
  }

  /** The actual failure of a row. */
  static Throwable unwrap(@Nullable Throwable thrown) {
    if (thrown instanceof CompletionException && thrown.getCause() != null) {
      return unwrap(thrown.getCause());
    }
    return thrown == null ? new IllegalStateException("a row ended without a record") : thrown;
  }
}
