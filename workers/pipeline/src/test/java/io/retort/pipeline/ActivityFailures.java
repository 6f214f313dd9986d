package io.retort.pipeline;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.temporal.failure.ApplicationFailure;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Extracts the categorised failure from an exception of an activity stub. */
public final class ActivityFailures {
  public static ApplicationFailure of(ThrowingCallable call) {
    for (Throwable current = catchThrowable(call); current != null; current = current.getCause()) {
      if (current instanceof ApplicationFailure failure) {
        return failure;
      }
    }
    throw new AssertionError("no ApplicationFailure (expected: one in the causes)");
  }

  private ActivityFailures() {}
}
