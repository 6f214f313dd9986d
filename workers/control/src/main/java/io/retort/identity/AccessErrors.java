package io.retort.identity;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.retort.enums.EnumText;
import io.retort.spec.SpecViolation;
import io.retort.v1.FailureCategory;
import java.io.IOException;
import java.util.List;

/** Refusals and failures of access control as errors of the API. */
final class AccessErrors {
  private static final String DOMAIN = "retort";

  /** The same for every cause, so that nobody learns which tokens exist. */
  static StatusRuntimeException unauthenticated() {
    return error(
        Code.UNAUTHENTICATED,
        FailureCategory.FAILURE_CATEGORY_USER,
        "UNAUTHENTICATED",
        "the call has no valid token (expected: the header Authorization: Bearer TOKEN, with a token"
            + " that is neither expired nor revoked; `retort login` keeps one)");
  }

  static StatusRuntimeException denied(String message) {
    return error(
        Code.PERMISSION_DENIED,
        FailureCategory.FAILURE_CATEGORY_USER,
        "PERMISSION_DENIED",
        message);
  }

  static StatusRuntimeException notFound(String message) {
    return error(Code.NOT_FOUND, FailureCategory.FAILURE_CATEGORY_USER, "NOT_FOUND", message);
  }

  static StatusRuntimeException invalid(List<SpecViolation> violations) {
    BadRequest.Builder details = BadRequest.newBuilder();
    for (SpecViolation violation : violations) {
      details.addFieldViolations(
          BadRequest.FieldViolation.newBuilder()
              .setField(violation.field())
              .setDescription(violation.description()));
    }
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(Code.INVALID_ARGUMENT.value())
            .setMessage(violations.get(0).toString())
            .addDetails(Any.pack(details.build()))
            .addDetails(Any.pack(info(FailureCategory.FAILURE_CATEGORY_USER, "REQUEST_INVALID")))
            .build());
  }

  static StatusRuntimeException unavailable(String attempt, IOException cause) {
    StatusRuntimeException error =
        error(
            Code.UNAVAILABLE,
            FailureCategory.FAILURE_CATEGORY_PLATFORM,
            "STORE",
            "cannot " + attempt + ": " + cause.getMessage());
    error.addSuppressed(cause);
    return error;
  }

  static StatusRuntimeException auditFull() {
    return error(
        Code.UNAVAILABLE,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "AUDIT",
        "the audit log cannot be written, so nothing can be changed (expected: a store that takes"
            + " writes; see the log of the control plane)");
  }

  /** Says nothing of the cause, which the log has. */
  static StatusRuntimeException internal() {
    return error(
        Code.INTERNAL,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "INTERNAL",
        "the caller's access cannot be checked (see the log of the control plane)");
  }

  private static StatusRuntimeException error(
      Code code, FailureCategory category, String reason, String message) {
    return StatusProto.toStatusRuntimeException(
        Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addDetails(Any.pack(info(category, reason)))
            .build());
  }

  private static ErrorInfo info(FailureCategory category, String reason) {
    return ErrorInfo.newBuilder()
        .setDomain(DOMAIN)
        .setReason(reason)
        .putMetadata("category", EnumText.shortName(category))
        .build();
  }

  private AccessErrors() {}
}
