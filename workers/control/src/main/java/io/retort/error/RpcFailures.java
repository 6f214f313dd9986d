package io.retort.error;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.enums.EnumText;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Errors with a {@code google.rpc.ErrorInfo}, by which clients distinguish an error of the control
 * plane from a failed connection: its domain, a reason and the category.
 */
public final class RpcFailures {
  /** Of every {@code ErrorInfo}. */
  public static final String DOMAIN = "retort";

  private static final String CATEGORY = "category";

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

  /** About what the caller can fix. */
  public static StatusRuntimeException user(Status.Code code, String reason, String message) {
    return of(code, FailureCategory.FAILURE_CATEGORY_USER, reason, message);
  }

  /**
   * Of a call that was allowed while the name was free, or was of another team.
   *
   * @param kind of what has the name: "trigger"
   */
  public static StatusRuntimeException ofOtherTeam(String kind, String name) {
    return user(
        Status.Code.PERMISSION_DENIED,
        "PERMISSION_DENIED",
        kind
            + " "
            + name
            + ": another team has it now (expected: one of a team in which you are operator, or"
            + " another name)");
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
                        .putMetadata(CATEGORY, EnumText.shortName(category))
                        .build()))
            .build());
  }

  /** Whether the control plane made the error, and not a server that it called. */
  public static boolean isOwn(StatusRuntimeException thrown) {
    return !details(thrown, ErrorInfo.getDefaultInstance()).isEmpty();
  }

  /** Who can do something about an error; empty for one that does not say so. */
  public static Optional<FailureCategory> category(StatusRuntimeException thrown) {
    Set<String> stated =
        details(thrown, ErrorInfo.getDefaultInstance()).stream()
            .map(info -> info.getMetadataOrDefault(CATEGORY, ""))
            .collect(Collectors.toSet());
    return Arrays.stream(FailureCategory.values())
        .filter(category -> category != FailureCategory.UNRECOGNIZED)
        .filter(category -> stated.contains(EnumText.shortName(category)))
        .findFirst();
  }

  /** The violations of {@link #invalid}; empty for another error. */
  public static List<SpecViolation> violations(StatusRuntimeException thrown) {
    return details(thrown, BadRequest.getDefaultInstance()).stream()
        .flatMap(request -> request.getFieldViolationsList().stream())
        .map(one -> new SpecViolation(one.getField(), one.getDescription()))
        .toList();
  }

  private static <T extends Message> List<T> details(StatusRuntimeException thrown, T type) {
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    List<T> found = new ArrayList<>();
    if (status != null) {
      for (Any detail : status.getDetailsList()) {
        if (detail.isSameTypeAs(type)) {
          try {
            found.add(detail.unpackSameTypeAs(type));
          } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a detail of an error cannot be parsed", e);
          }
        }
      }
    }
    return found;
  }

  private static String summary(List<SpecViolation> violations) {
    String first = violations.get(0).toString();
    return violations.size() == 1 ? first : first + " (and " + (violations.size() - 1) + " more)";
  }

  private RpcFailures() {}
}
