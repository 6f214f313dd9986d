package io.retort.judge.failure;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.Usage;
import java.io.Serial;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The failure of a judge call: a gRPC status code and the {@link Failure} in its details. Messages
 * hold no secret and at most an excerpt of an endpoint's answer.
 */
public final class JudgeException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Status.Code code;
  private final Failure failure;
  private final Usage usage;
  private final long retryMillis;

  private JudgeException(
      Status.Code code, Failure failure, Usage usage, long retryMillis, @Nullable Throwable cause) {
    super(failure.getMessage(), cause);
    this.code = code;
    this.failure = failure;
    this.usage = usage;
    this.retryMillis = retryMillis;
  }

  /** The request is invalid and cannot be served. */
  public static JudgeException invalid(FailureType type, String message) {
    return of(Status.Code.INVALID_ARGUMENT, FailureCategory.FAILURE_CATEGORY_USER, type, message);
  }

  /**
   * An operator must change the worker's configuration or the account at the provider before the
   * call can succeed.
   */
  public static JudgeException refused(FailureCategory category, FailureType type, String message) {
    return of(Status.Code.FAILED_PRECONDITION, category, type, message);
  }

  /** The answer to this request cannot be used; other requests are not affected. */
  public static JudgeException dataLoss(FailureType type, String message) {
    return of(Status.Code.DATA_LOSS, FailureCategory.FAILURE_CATEGORY_USER, type, message);
  }

  /** The endpoint or this worker cannot answer now. */
  public static JudgeException unavailable(
      FailureType type, String message, @Nullable Throwable cause) {
    return new JudgeException(
        Status.Code.UNAVAILABLE,
        failure(FailureCategory.FAILURE_CATEGORY_PLATFORM, type, message),
        Usage.getDefaultInstance(),
        0,
        cause);
  }

  /**
   * The endpoint is not called for a time, because too many calls failed or it announced an outage.
   *
   * @param retryMillis time until it is called again
   */
  public static JudgeException unavailableFor(String message, long retryMillis) {
    return new JudgeException(
        Status.Code.UNAVAILABLE,
        failure(
            FailureCategory.FAILURE_CATEGORY_PLATFORM, FailureType.ENDPOINT_UNAVAILABLE, message),
        Usage.getDefaultInstance(),
        retryMillis,
        null);
  }

  /** A single call exceeded the endpoint's time limit. */
  public static JudgeException endpointTimeout(String message) {
    return of(
        Status.Code.UNAVAILABLE,
        FailureCategory.FAILURE_CATEGORY_TIMEOUT,
        FailureType.ENDPOINT_TIMEOUT,
        message);
  }

  /**
   * The failure of a call that failed at several endpoints, with all messages. A transient failure
   * takes precedence over one of the row, and that over one that needs an operator.
   *
   * @param name of the failed route
   * @param failures at least one
   */
  public static JudgeException combined(String name, List<JudgeException> failures) {
    JudgeException best =
        failures.stream()
            .min(
                Comparator.comparingInt(JudgeException::severity)
                    .thenComparingLong(JudgeException::retryMillisOrMax))
            .orElseThrow();
    String message =
        name
            + ": every endpoint failed: "
            + failures.stream().map(JudgeException::getMessage).collect(Collectors.joining("; "));
    return new JudgeException(
        best.code,
        best.failure.toBuilder().setMessage(message).build(),
        best.usage,
        best.retryMillis,
        best.getCause());
  }

  /**
   * The provider's rate limit outlasts the call's deadline.
   *
   * @param retryMillis remaining cool-down
   */
  public static JudgeException rateLimited(String message, long retryMillis) {
    return new JudgeException(
        Status.Code.RESOURCE_EXHAUSTED,
        failure(FailureCategory.FAILURE_CATEGORY_PLATFORM, FailureType.RATE_LIMITED, message),
        Usage.getDefaultInstance(),
        retryMillis,
        null);
  }

  /**
   * Other requests hold the memory of this worker.
   *
   * @param retryMillis delay after which the caller may try again
   */
  public static JudgeException overloaded(String message, long retryMillis) {
    return new JudgeException(
        Status.Code.RESOURCE_EXHAUSTED,
        failure(FailureCategory.FAILURE_CATEGORY_RESOURCE, FailureType.WORKER_OVERLOADED, message),
        Usage.getDefaultInstance(),
        retryMillis,
        null);
  }

  public static JudgeException deadlineExceeded(String message) {
    return of(
        Status.Code.DEADLINE_EXCEEDED,
        FailureCategory.FAILURE_CATEGORY_TIMEOUT,
        FailureType.DEADLINE_EXCEEDED,
        message);
  }

  public static JudgeException cancelled() {
    return of(
        Status.Code.CANCELLED,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        FailureType.CANCELLED,
        "the caller cancelled the call");
  }

  /** The failure that {@code thrown} is or wraps; UNEXPECTED if it is anything else. */
  public static JudgeException from(Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof JudgeException failure ? failure : unexpected(cause);
  }

  /** A defect of the worker. */
  public static JudgeException unexpected(Throwable cause) {
    return new JudgeException(
        Status.Code.INTERNAL,
        failure(
            FailureCategory.FAILURE_CATEGORY_PLATFORM,
            FailureType.UNEXPECTED,
            "judge worker: unexpected " + cause),
        Usage.getDefaultInstance(),
        0,
        cause);
  }

  /** The same failure with {@code more} added to its usage. */
  public JudgeException plusUsage(Usage more) {
    return new JudgeException(code, failure, CallUsage.sum(usage, more), retryMillis, getCause());
  }

  public Status.Code code() {
    return code;
  }

  public Failure failure() {
    return failure;
  }

  public boolean is(FailureType type) {
    return failure.getType().equals(type.name());
  }

  /** Whether another endpoint may answer the same request. */
  public boolean isOfTheEndpoint() {
    return is(FailureType.ENDPOINT_UNAVAILABLE)
        || is(FailureType.ENDPOINT_TIMEOUT)
        || is(FailureType.ENDPOINT_REFUSED)
        || is(FailureType.QUOTA_EXHAUSTED)
        || is(FailureType.BAD_REQUEST)
        || is(FailureType.CONTENT_FILTERED)
        || is(FailureType.RATE_LIMITED);
  }

  /** Usage that the endpoint reported for answers that could not be used. */
  public Usage usage() {
    return usage;
  }

  /**
   * A {@code google.rpc.Status} with the {@link Failure}, the {@link Usage} if the endpoint
   * reported any, and a {@code google.rpc.RetryInfo} if it is known when to retry.
   */
  public com.google.rpc.Status toStatus() {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(failure.getMessage())
            .addDetails(Any.pack(failure));
    if (!usage.equals(Usage.getDefaultInstance())) {
      status.addDetails(Any.pack(usage));
    }
    if (retryMillis > 0) {
      Duration delay =
          Duration.newBuilder()
              .setSeconds(retryMillis / 1000)
              .setNanos((int) (retryMillis % 1000) * 1_000_000)
              .build();
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(delay).build()));
    }
    return status.build();
  }

  /** {@link #toStatus} as the end of an rpc. */
  public StatusRuntimeException toStatusException() {
    return StatusProto.toStatusRuntimeException(toStatus());
  }

  private int severity() {
    if (code == Status.Code.DATA_LOSS) {
      return 1;
    }
    return code == Status.Code.FAILED_PRECONDITION ? severityByCategory() : 0;
  }

  private int severityByCategory() {
    return failure.getCategory() == FailureCategory.FAILURE_CATEGORY_BUDGET ? 2 : 3;
  }

  private long retryMillisOrMax() {
    return retryMillis > 0 ? retryMillis : Long.MAX_VALUE;
  }

  private static JudgeException of(
      Status.Code code, FailureCategory category, FailureType type, String message) {
    return new JudgeException(
        code, failure(category, type, message), Usage.getDefaultInstance(), 0, null);
  }

  private static Failure failure(FailureCategory category, FailureType type, String message) {
    return Failure.newBuilder()
        .setCategory(category)
        .setType(type.name())
        .setMessage(message)
        .build();
  }
}
