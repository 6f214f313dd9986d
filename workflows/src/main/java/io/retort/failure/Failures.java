package io.retort.failure;

import io.retort.enums.EnumText;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.failure.TimeoutFailure;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Maps {@link Failure} to Temporal's {@link ApplicationFailure} and back.
 *
 * <p>The failure type is {@code CATEGORY/TYPE}, for example {@code USER/DATA_NOT_FOUND}, so that
 * the Temporal UI shows both. USER and BUDGET failures are non-retryable.
 */
public final class Failures {
  private static final int SHOWN_FRAMES = 6;

  /** A user error: never retried. */
  public static ApplicationFailure user(String type, String message) {
    return toApplicationFailure(of(FailureCategory.FAILURE_CATEGORY_USER, type, message), null);
  }

  /** A platform fault: retried with backoff. */
  public static ApplicationFailure platform(
      String type, String message, @Nullable Throwable cause) {
    return toApplicationFailure(
        of(FailureCategory.FAILURE_CATEGORY_PLATFORM, type, message), cause);
  }

  /** Resources are missing: the stage waits for them until its own deadline. */
  public static ApplicationFailure resource(String type, String message) {
    return toApplicationFailure(of(FailureCategory.FAILURE_CATEGORY_RESOURCE, type, message), null);
  }

  public static Failure of(FailureCategory category, String type, String message) {
    return Failure.newBuilder().setCategory(category).setType(type).setMessage(message).build();
  }

  public static ApplicationFailure toApplicationFailure(
      Failure failure, @Nullable Throwable cause) {
    ApplicationFailure.Builder builder =
        ApplicationFailure.newBuilder()
            .setType(label(failure.getCategory()) + "/" + failure.getType())
            .setMessage(failure.getMessage())
            .setNonRetryable(!isRetryable(failure.getCategory()));
    if (cause != null) {
      builder.setCause(shortened(cause));
    }
    return shortened(builder.build());
  }

  /**
   * Shortens the message: Temporal shows only 4 KiB of the failure of an activity that is being
   * retried.
   */
  private static <T extends Throwable> T shortened(T thrown) {
    for (Throwable current = thrown; current != null; current = current.getCause()) {
      StackTraceElement[] frames = current.getStackTrace();
      current.setStackTrace(Arrays.copyOf(frames, Math.min(frames.length, SHOWN_FRAMES)));
    }
    return thrown;
  }

  /** Ends a workflow with the failure. Never retried, because a terminal run cannot resume. */
  public static ApplicationFailure ending(Failure failure, Throwable cause) {
    return ApplicationFailure.newBuilder()
        .setType(label(failure.getCategory()) + "/" + failure.getType())
        .setMessage(failure.getMessage())
        .setNonRetryable(true)
        .setCause(cause)
        .build();
  }

  /**
   * The outermost categorised failure in the causes of {@code thrown}; PLATFORM/UNEXPECTED when
   * there is none.
   */
  public static Failure fromThrowable(Throwable thrown) {
    for (Throwable current = thrown; current != null; current = current.getCause()) {
      if (current instanceof ApplicationFailure applicationFailure) {
        return fromApplicationFailure(applicationFailure);
      }
      if (current instanceof TimeoutFailure timeout) {
        return of(
            FailureCategory.FAILURE_CATEGORY_TIMEOUT,
            EnumText.shortName(timeout.getTimeoutType()),
            String.valueOf(timeout.getOriginalMessage()));
      }
    }
    return of(
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "UNEXPECTED",
        String.valueOf(thrown.getMessage()));
  }

  /** Whether {@code thrown} is a cancellation, possibly of an activity or a child. */
  public static boolean isCancellation(Throwable thrown) {
    if (thrown instanceof CanceledFailure) {
      return true;
    }
    return (thrown instanceof ActivityFailure || thrown instanceof ChildWorkflowFailure)
        && thrown.getCause() != null
        && isCancellation(thrown.getCause());
  }

  /** Metric label and prefix of failure types: {@code USER}, {@code PLATFORM}, ... */
  public static String label(FailureCategory category) {
    return EnumText.shortName(category);
  }

  private static boolean isRetryable(FailureCategory category) {
    return switch (category) {
      case FAILURE_CATEGORY_USER, FAILURE_CATEGORY_BUDGET -> false;
      case FAILURE_CATEGORY_PLATFORM,
          FAILURE_CATEGORY_RESOURCE,
          FAILURE_CATEGORY_TIMEOUT,
          FAILURE_CATEGORY_UNSPECIFIED,
          UNRECOGNIZED ->
          true;
    };
  }

  private static Failure fromApplicationFailure(ApplicationFailure failure) {
    String type = String.valueOf(failure.getType());
    int slash = type.indexOf('/');
    if (slash > 0) {
      for (FailureCategory category : FailureCategory.values()) {
        if (label(category).equals(type.substring(0, slash))) {
          return of(
              category, type.substring(slash + 1), String.valueOf(failure.getOriginalMessage()));
        }
      }
    }
    return of(
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        type,
        String.valueOf(failure.getOriginalMessage()));
  }

  private Failures() {}
}
