package io.retort.rows;

import io.retort.judge.client.UselessAnswerException;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Decides about rows that were set aside after a failure. If the endpoint answers other rows, the
 * row is at fault and is quarantined; otherwise the endpoint is at fault, and the attempt ends
 * without a record for the row.
 *
 * <p>Not thread-safe.
 */
final class RowTriage {
  private static final int LONGEST_MESSAGE = 2_000;

  private final RowFaults faults;
  private final EndpointCheck endpoints;
  private final Rows rows;
  private final ShardFailures failures;
  private @Nullable CompletableFuture<Void> asked;
  private long askAt;
  private boolean waits;
  private boolean holdsRowsBack;
  private boolean askedOfMany;
  private int refusedWhenAsked;
  private int cleared;

  /** Actions on the rows of the attempt. */
  interface Rows {
    /** Stores a quarantine record with the reason. */
    void quarantine(int row, String reason, String message) throws IOException;

    /** Makes the held record of a refused row its record. */
    void keep(RowFaults.Refused row) throws IOException;

    /** Whether a row of an earlier attempt at the shard was answered. */
    boolean wereAnswered();

    /**
     * Stores everything that can still finish before the attempt ends; returns the number of stored
     * rows.
     */
    int keepFinished();

    /** Requests another check; called on any thread. */
    void wake();
  }

  RowTriage(RowFaults faults, EndpointCheck endpoints, Rows rows, ShardFailures failures) {
    this.faults = faults;
    this.endpoints = endpoints;
    this.rows = rows;
    this.failures = failures;
  }

  /** Whether no row should be started until an endpoint has answered. */
  boolean holdsRowsBack() {
    return holdsRowsBack;
  }

  /** Time until the next check if no row ends before. */
  Optional<Duration> untilNextCheck() {
    return waits
        ? Optional.of(Duration.ofNanos(Math.max(0, askAt - System.nanoTime())))
        : Optional.empty();
  }

  /**
   * Makes the decisions that are possible now.
   *
   * @param allAside whether only rows that were set aside remain
   * @throws ApplicationFailure if the endpoint, or something else that all rows need, is at fault
   */
  void check(boolean allAside) throws IOException {
    if (faults.hasRefused() && endpoints.answersOthers()) {
      keepRefused();
    }
    quarantine(faults.takeFailedAlone());
    if (asked != null) {
      if (asked.isDone()) {
        hear(asked);
      }
    } else if (waits) {
      if (askAt - System.nanoTime() <= 0) {
        ask();
      }
    } else if (faults.seemsDown()) {
      if (!faults.seemsToBeTheJudge()) {
        throw failed();
      }
      holdsRowsBack = true;
      ask();
    } else if (faults.hasFailedAtTheJudge()) {
      ask();
    } else if (!askedOfMany && faults.manyAreRefused()) {
      askedOfMany = true;
      ask();
    } else if (allAside && faults.aside() > 0) {
      decideTheRest();
    }
  }

  private void decideTheRest() throws IOException {
    if (faults.aside() > faults.refusedRows()) {
      throw failed();
    }
    if (!rows.wereAnswered() && !endpoints.hasAnswered()) {
      int kept = rows.keepFinished();
      throw failures.everyRowRefused(faults.refusedRows(), kept, faults.messageOfRefused());
    }
    if (cleared >= faults.refusedRows()) {
      keepRefused();
    } else {
      ask();
    }
  }

  private void ask() {
    waits = false;
    refusedWhenAsked = faults.refusedRows();
    CompletableFuture<Void> question = endpoints.ask();
    asked = question;
    CompletableFuture<Void> unused = question.whenComplete((answer, thrown) -> rows.wake());
  }

  private void hear(CompletableFuture<Void> question) throws IOException {
    asked = null;
    try {
      question.join();
    } catch (CompletionException e) {
      refuse(e.getCause() == null ? e : e.getCause());
      return;
    }
    cleared = refusedWhenAsked;
    holdsRowsBack = false;
    quarantine(faults.takeFailedAtTheJudge());
    faults.forgive();
    // Otherwise nothing might trigger the next check.
    rows.wake();
  }

  private void refuse(Throwable thrown) {
    Optional<Duration> hint = RowFaults.hint(thrown);
    if (hint.isPresent()) {
      waits = true;
      askAt = System.nanoTime() + hint.get().toNanos();
      return;
    }
    if (thrown instanceof UselessAnswerException refusal) {
      throw failures.refused(rows.keepFinished(), refusal.message());
    }
    int kept = rows.keepFinished();
    Throwable cause = RowFaults.isFinal(thrown) || faults.first() == null ? thrown : faults.first();
    throw failures.of(cause, Math.max(faults.failedRows(), faults.aside()), kept);
  }

  private ApplicationFailure failed() {
    int kept = rows.keepFinished();
    return failures.of(faults.first(), faults.failedRows(), kept);
  }

  private void keepRefused() throws IOException {
    for (RowFaults.Refused refused : faults.takeRefused()) {
      rows.keep(refused);
    }
    cleared = 0;
  }

  private void quarantine(List<RowFaults.Failed> failed) throws IOException {
    for (RowFaults.Failed row : failed) {
      rows.quarantine(row.row(), reason(row.thrown()), message(row.thrown()));
    }
  }

  /** Stable name of the failure. */
  private static String reason(Throwable thrown) {
    if (thrown instanceof ApplicationFailure failure) {
      String type = String.valueOf(failure.getType());
      return type.substring(type.indexOf('/') + 1);
    }
    return "UNEXPECTED";
  }

  private static String message(Throwable thrown) {
    String message =
        thrown instanceof ApplicationFailure failure
            ? String.valueOf(failure.getOriginalMessage())
            : thrown.toString();
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "...";
  }
}
