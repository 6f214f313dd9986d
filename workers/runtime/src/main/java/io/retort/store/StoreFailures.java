package io.retort.store;

import io.retort.failure.Failures;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;

/**
 * Maps errors of the store to failures that a person has to resolve or that are retried with
 * backoff.
 */
public final class StoreFailures {
  /** USER/STORE_REFUSED, PLATFORM/DISK_FULL, PLATFORM/CORRUPT_ARTIFACT or PLATFORM/STORE_FAILED. */
  public static ApplicationFailure of(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof StoreRefusedException) {
      return Failures.user("STORE_REFUSED", message);
    }
    if (failure instanceof CorruptArtifactException) {
      return Failures.platform("CORRUPT_ARTIFACT", message, failure);
    }
    // Java signals ENOSPC only by this message.
    if (message.contains("No space left")) {
      return Failures.platform(
          "DISK_FULL",
          message + " (expected: free space in the store; free some and resume the run)",
          failure);
    }
    return Failures.platform(
        "STORE_FAILED", failure.getClass().getSimpleName() + ": " + message, failure);
  }

  private StoreFailures() {}
}
