package io.retort.rows;

import io.retort.failure.Failures;
import io.temporal.failure.ApplicationFailure;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures of an attempt at a shard. Every message says how many rows are kept.
 *
 * @param stage label of messages
 * @param rows number of rows of the shard
 */
record ShardFailures(String stage, int rows) {
  private static final Logger LOGGER = LoggerFactory.getLogger(ShardFailures.class);

  /** The failure for rows that failed. */
  ApplicationFailure of(@Nullable Throwable first, int failed, int kept) {
    String detail = String.format(Locale.ROOT, "%s: %d rows failed, %s", stage, failed, kept(kept));
    LOGGER.warn("{}", detail, first);
    if (first instanceof ApplicationFailure application) {
      return ApplicationFailure.newBuilder()
          .setType(application.getType())
          .setMessage(application.getOriginalMessage() + " (" + detail + ")")
          .setNonRetryable(application.isNonRetryable())
          .setCause(application)
          .build();
    }
    return Failures.platform("ROWS_FAILED", detail + "; first failure: " + first, first);
  }

  /**
   * @param refused number of refused rows
   */
  ApplicationFailure everyRowRefused(int refused, int kept, String message) {
    return endpointRefused(
        String.format(
            Locale.ROOT,
            "%s: no row of the stage was answered and %d were refused: %s",
            stage,
            refused,
            message),
        kept);
  }

  /** The failure for an endpoint that also refused a control question. */
  ApplicationFailure refused(int kept, String message) {
    return endpointRefused(
        String.format(Locale.ROOT, "%s: even a control question was refused: %s", stage, message),
        kept);
  }

  /** Not retryable: the workflow decides on another allowance. */
  ApplicationFailure allowanceSpent(Spending spending, int kept) {
    return ApplicationFailure.newBuilder()
        .setType("BUDGET/ALLOWANCE_SPENT")
        .setMessage(
            String.format(
                Locale.ROOT,
                "%s: the shard's rows have cost %.4f (expected: at most %.4f), %s",
                stage,
                spending.sum(),
                spending.limit(),
                kept(kept)))
        .setNonRetryable(true)
        .setDetails(spending.sum())
        .build();
  }

  ApplicationFailure shutdown(@Nullable Throwable cause, int kept) {
    return Failures.platform(
        "WORKER_SHUTDOWN", stage + ": the worker shuts down, " + kept(kept), cause);
  }

  ApplicationFailure rowLost() {
    return Failures.platform(
        "ROW_LOST", stage + ": a row has no record (expected: one for each)", null);
  }

  /** No further attempt helps until a person fixes the endpoint; then the run continues. */
  private ApplicationFailure endpointRefused(String detail, int kept) {
    ApplicationFailure failure =
        Failures.platform(
            "ENDPOINT_REFUSED",
            detail
                + " (expected: answers; fix the endpoint's entry in RETORT_ENDPOINTS or the"
                + " endpoint itself, then resume the run; "
                + kept(kept)
                + ")",
            null);
    failure.setNonRetryable(true);
    return failure;
  }

  private String kept(int kept) {
    return kept + " of " + rows + " are kept";
  }
}
