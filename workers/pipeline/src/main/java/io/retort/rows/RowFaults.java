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
 * <p>A row that fails is tried again after all others, and put aside when it has failed as often as
 * it may. A rate limit and an endpoint that is left alone for a while are no tries: they pass by
 * themselves. A row that an endpoint refuses is set aside at once. Whoever knows whether the others
 * go on takes the rows that are aside.
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
  private String saidFirst = "";
  private @Nullable Throwable first;
  private int failedInARow;
  private boolean judgeFailed;
  private boolean waited;
  private boolean othersEnd;

  /** A row that has failed as often as it may. */
  record Failed(int row, Throwable thrown) {
    boolean isOfTheJudge() {
      return JudgeFailures.isOne(thrown);
    }
  }

  /**
   * @param held the row's record, if it is the row's own fault
   * @param cost of the row
   */
  record Refused(int row, FinishedRows.Held held, double cost) {}

  /**
   * @param concurrency of the shard: so many rows may be lost at once by one fault
   */
  RowFaults(int concurrency) {
    this.concurrency = concurrency;
  }

  /** Notes a row that came to its end by itself. */
  void ended(int row) {
    settled(row);
    forgive();
    othersEnd = true;
  }

  /** Notes a row that was aside and has a record now. */
  void settled(int row) {
    tries.remove(row);
  }

  /**
   * Notes a row that its endpoint refused.
   *
   * @param said the endpoint's words
   */
  void refused(Refused row, String said) {
    if (refused.isEmpty()) {
      saidFirst = said;
    }
    refused.add(row);
  }

  /**
   * Notes a failure.
   *
   * @return how long to wait before the row is tried again; empty where it was put aside
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

  /** Rows that are aside. */
  int aside() {
    return failed.size() + refused.size();
  }

  boolean hasRefused() {
    return !refused.isEmpty();
  }

  /** Whether a row has failed at the judge as often as it may. */
  boolean hasFailedAtTheJudge() {
    return failed.stream().anyMatch(Failed::isOfTheJudge);
  }

  /** Whether so many rows failed one after the other that nothing seems to work. */
  boolean seemsDown() {
    // A failure after a wait is that of the one call that was to show whether the wait is over.
    int enough = waited ? 1 : Math.max(FEWEST_FAILURES_TO_STOP, concurrency);
    return failedInARow >= enough;
  }

  /** Whether the judge is among what {@link #seemsDown}. */
  boolean seemsToBeTheJudge() {
    return judgeFailed;
  }

  /** Whether so many rows were refused that one may ask why. */
  boolean manyAreRefused() {
    return refused.size() >= Math.max(FEWEST_FAILURES_TO_STOP, concurrency);
  }

  /** Begins to count anew: something has been seen to work. */
  void forgive() {
    failedInARow = 0;
    judgeFailed = false;
    waited = false;
  }

  /** Takes the rows that failed at the judge as often as they may. */
  List<Failed> takeFailedAtTheJudge() {
    return takeFailed(true);
  }

  /**
   * Takes the rows that failed on their own way as often as they may, if others have ended in this
   * attempt: what all rows need is there then.
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
  String saidOfRefused() {
    return saidFirst;
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

  /** Rows that have failed and have no record. */
  int failedRows() {
    return tries.size();
  }

  static boolean isFinal(@Nullable Throwable thrown) {
    return thrown instanceof ApplicationFailure failure && failure.isNonRetryable();
  }

  /** The delay that a failure asks for which does not count as an attempt. */
  static Optional<Duration> hint(Throwable thrown) {
    return thrown instanceof ApplicationFailure failure && !failure.isNonRetryable()
        ? Optional.ofNullable(failure.getNextRetryDelay())
        : Optional.empty();
  }

  /** What a row has ended with. */
  static Throwable unwrap(@Nullable Throwable thrown) {
    if (thrown instanceof CompletionException && thrown.getCause() != null) {
      return unwrap(thrown.getCause());
    }
    return thrown == null ? new IllegalStateException("a row ended without a record") : thrown;
  }
}
