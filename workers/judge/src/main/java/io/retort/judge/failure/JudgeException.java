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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A judge call that has no result: its gRPC status code and the {@link Failure} that travels with
 * it. Messages hold no secret and at most an excerpt of an endpoint's answer.
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

  /** The request cannot be served as it is. */
  public static JudgeException invalid(FailureType type, String message) {
    return of(Status.Code.INVALID_ARGUMENT, FailureCategory.FAILURE_CATEGORY_USER, type, message);
  }

  /**
   * A person has to mend the worker's configuration or the account at the provider; then the call
   * may be made again.
   */
  public static JudgeException refused(FailureCategory category, FailureType type, String message) {
    return of(Status.Code.FAILED_PRECONDITION, category, type, message);
  }

  /** The answer of this very request is of no use; others may be fine. */
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
   * The endpoint is not asked for a while, because it failed too many calls or said so itself.
   *
   * @param retryMillis until it is tried again
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

  /** The endpoint took longer for one call than it may. */
  public static JudgeException endpointTimeout(String message) {
    return of(
        Status.Code.UNAVAILABLE,
        FailureCategory.FAILURE_CATEGORY_TIMEOUT,
        FailureType.ENDPOINT_TIMEOUT,
        message);
  }

  /**
   * What is to be told when several endpoints failed the same call: a failure that passes by itself
   * before one of the row, and that before one that needs a person, with the messages of all.
   *
   * @param failures at least one
   */
  public static JudgeException mostHopeful(String who, List<JudgeException> failures) {
    JudgeException best =
        failures.stream()
            .min(
                Comparator.comparingInt(JudgeException::hopelessness)
                    .thenComparingLong(JudgeException::retryMillisOrMax))
            .orElseThrow();
    String message =
        who
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
   * @param retryMillis what is left of the cool-down
   */
  public static JudgeException rateLimited(String message, long retryMillis) {
    return new JudgeException(
        Status.Code.RESOURCE_EXHAUSTED,
        failure(FailureCategory.FAILURE_CATEGORY_PLATFORM, FailureType.RATE_LIMITED, message),
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

  /** The same failure, after {@code more} was spent at the endpoint. */
  public JudgeException plusUsage(Usage more) {
    return new JudgeException(code, failure, Usages.sum(usage, more), retryMillis, getCause());
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

  /** Whether another endpoint may well answer the same request. */
  public boolean isOfTheEndpoint() {
    return is(FailureType.ENDPOINT_UNAVAILABLE)
        || is(FailureType.ENDPOINT_TIMEOUT)
        || is(FailureType.ENDPOINT_REFUSED)
        || is(FailureType.QUOTA_EXHAUSTED)
        || is(FailureType.BAD_REQUEST)
        || is(FailureType.CONTENT_FILTERED)
        || is(FailureType.RATE_LIMITED);
  }

  /** What the endpoint counted for the answers that were of no use. */
  public Usage usage() {
    return usage;
  }

  /**
   * A {@code google.rpc.Status} with the {@link Failure}, the {@link Usage} where the endpoint
   * counted any, and a {@code google.rpc.RetryInfo} where the provider told when to come back.
   */
  public StatusRuntimeException toStatusException() {
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
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private int hopelessness() {
    if (code == Status.Code.DATA_LOSS) {
      return 1;
    }
    return code == Status.Code.FAILED_PRECONDITION ? needOfAPerson() : 0;
  }

  private int needOfAPerson() {
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
