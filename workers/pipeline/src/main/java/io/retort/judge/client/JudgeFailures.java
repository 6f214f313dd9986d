package io.retort.judge.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.failure.Failures;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import io.retort.v1.Usage;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.Optional;

/** Maps failed judge calls to failures of the row. */
public final class JudgeFailures {
  private static final String USELESS = "USELESS_ANSWER";

  /**
   * {@link UselessAnswerException} for DATA_LOSS; otherwise an {@link
   * io.temporal.failure.ApplicationFailure} with the category and type that the judge reported, or
   * that belong to the status code.
   */
  static RuntimeException of(Throwable thrown) {
    Status status = Status.fromThrowable(thrown);
    Optional<Failure> detail = detail(thrown, Failure.class);
    String message = "judge: " + detail.map(Failure::getMessage).orElseGet(() -> message(status));
    if (status.getCode() == Status.Code.DATA_LOSS) {
      return new UselessAnswerException(
          detail.map(Failure::getType).filter(type -> !type.isEmpty()).orElse(USELESS),
          message,
          detail(thrown, Usage.class).orElseGet(Usage::getDefaultInstance),
          thrown);
    }
    FailureCategory category =
        detail
            .map(Failure::getCategory)
            .filter(reported -> reported != FailureCategory.FAILURE_CATEGORY_UNSPECIFIED)
            .filter(reported -> reported != FailureCategory.UNRECOGNIZED)
            .orElseGet(() -> category(status.getCode()));
    String type =
        detail
            .map(Failure::getType)
            .filter(reported -> !reported.isEmpty())
            .orElseGet(() -> "JUDGE_" + status.getCode().name());
    ApplicationFailure failure =
        Failures.toApplicationFailure(Failures.of(category, type, message), thrown);
    if (status.getCode() == Status.Code.FAILED_PRECONDITION) {
      // Whatever its category, a new attempt makes sense only after a person has acted.
      failure.setNonRetryable(true);
    }
    detail(thrown, RetryInfo.class)
        .ifPresent(
            retry ->
                failure.setNextRetryDelay(
                    Duration.ofMillis(Durations.toMillis(retry.getRetryDelay()))));
    return failure;
  }

  /** Whether a call of the judge caused the failure of a row, and not the row's own processing. */
  public static boolean isOne(Throwable thrown) {
    return thrown instanceof ApplicationFailure
        && (thrown.getCause() instanceof StatusRuntimeException
            || thrown.getCause() instanceof StatusException);
  }

  private static FailureCategory category(Status.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT,
          FAILED_PRECONDITION,
          NOT_FOUND,
          PERMISSION_DENIED,
          UNAUTHENTICATED,
          OUT_OF_RANGE ->
          FailureCategory.FAILURE_CATEGORY_USER;
      case DEADLINE_EXCEEDED -> FailureCategory.FAILURE_CATEGORY_TIMEOUT;
      case OK,
          CANCELLED,
          UNKNOWN,
          ALREADY_EXISTS,
          RESOURCE_EXHAUSTED,
          ABORTED,
          UNIMPLEMENTED,
          INTERNAL,
          UNAVAILABLE,
          DATA_LOSS ->
          FailureCategory.FAILURE_CATEGORY_PLATFORM;
    };
  }

  private static String message(Status status) {
    return status.getCode()
        + (status.getDescription() == null ? "" : ": " + status.getDescription());
  }

  private static <T extends Message> Optional<T> detail(Throwable thrown, Class<T> type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    if (status == null) {
      return Optional.empty();
    }
    for (Any any : status.getDetailsList()) {
      if (any.is(type)) {
        try {
          return Optional.of(any.unpack(type));
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  private JudgeFailures() {}
}
