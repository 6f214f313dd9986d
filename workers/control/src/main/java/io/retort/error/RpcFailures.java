package io.retort.error;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.enums.EnumText;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import java.util.List;

/**
 * Errors with a {@code google.rpc.ErrorInfo}, by which clients distinguish an error of the control
 * plane from a failed connection: its domain, a reason and the category.
 */
public final class RpcFailures {
  /** Of every {@code ErrorInfo}. */
  public static final String DOMAIN = "retort";

  /** The reason of a request that is not valid apart from its spec. */
  public static final String REQUEST_INVALID = "REQUEST_INVALID";

  /**
   * INVALID_ARGUMENT with every violation in a {@code google.rpc.BadRequest}.
   *
   * @param violations at least one
   */
  public static StatusRuntimeException invalid(String reason, List<SpecViolation> violations) {
    BadRequest.Builder details = BadRequest.newBuilder();
    violations.forEach(
        violation ->
            details.addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(violation.field())
                    .setDescription(violation.description())));
    return of(
        Status.Code.INVALID_ARGUMENT,
        FailureCategory.FAILURE_CATEGORY_USER,
        reason,
        summary(violations),
        details.build());
  }

  /**
   * @param details come before the {@code ErrorInfo}
   */
  public static StatusRuntimeException of(
      Status.Code code,
      FailureCategory category,
      String reason,
      String message,
      Message... details) {
    com.google.rpc.Status.Builder error =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(message);
    for (Message detail : details) {
      error.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(
        error
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(reason)
                        .putMetadata("category", EnumText.shortName(category))
                        .build()))
            .build());
  }

  /** Whether the control plane made the error, and not a server that it called. */
  public static boolean isOwn(StatusRuntimeException thrown) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    return status != null
        && status.getDetailsList().stream().anyMatch(detail -> detail.is(ErrorInfo.class));
  }

  private static String summary(List<SpecViolation> violations) {
    String first = violations.get(0).toString();
    return violations.size() == 1 ? first : first + " (and " + (violations.size() - 1) + " more)";
  }

  private RpcFailures() {}
}
