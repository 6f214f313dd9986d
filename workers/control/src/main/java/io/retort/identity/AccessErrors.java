package io.retort.identity;

import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.retort.error.RpcFailures;
import io.retort.v1.FailureCategory;
import java.io.IOException;

/** Refusals and failures of access control as errors of the API. */
final class AccessErrors {
  /** The same for every cause, so that nobody learns which tokens exist. */
  static StatusRuntimeException unauthenticated() {
    return RpcFailures.of(
        Code.UNAUTHENTICATED,
        FailureCategory.FAILURE_CATEGORY_USER,
        "UNAUTHENTICATED",
        "the call has no valid token (expected: the header Authorization: Bearer TOKEN, with a token"
            + " that is neither expired nor revoked; `retort login` keeps one)");
  }

  /**
   * @param wait in seconds
   */
  static StatusRuntimeException tooManyLookUps(long wait) {
    return RpcFailures.of(
        Code.RESOURCE_EXHAUSTED,
        FailureCategory.FAILURE_CATEGORY_RESOURCE,
        "RATE_LIMITED",
        "too many unknown tokens from this address (expected: a token that is neither expired nor"
            + " revoked; call again in "
            + wait
            + " s)",
        RetryInfo.newBuilder().setRetryDelay(Duration.newBuilder().setSeconds(wait)).build());
  }

  static StatusRuntimeException denied(String message) {
    return RpcFailures.of(
        Code.PERMISSION_DENIED,
        FailureCategory.FAILURE_CATEGORY_USER,
        "PERMISSION_DENIED",
        message);
  }

  static StatusRuntimeException notFound(String message) {
    return RpcFailures.of(
        Code.NOT_FOUND, FailureCategory.FAILURE_CATEGORY_USER, "NOT_FOUND", message);
  }

  static StatusRuntimeException unavailable(String attempt, IOException cause) {
    StatusRuntimeException error =
        RpcFailures.of(
            Code.UNAVAILABLE,
            FailureCategory.FAILURE_CATEGORY_PLATFORM,
            "STORE",
            "cannot " + attempt + ": " + cause.getMessage());
    error.addSuppressed(cause);
    return error;
  }

  static StatusRuntimeException auditFull() {
    return RpcFailures.of(
        Code.UNAVAILABLE,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "AUDIT",
        "the audit log cannot be written, so nothing can be changed (expected: a store that takes"
            + " writes; see the log of the control plane)");
  }

  /** Says nothing of the cause, which the log has. */
  static StatusRuntimeException internal() {
    return RpcFailures.of(
        Code.INTERNAL,
        FailureCategory.FAILURE_CATEGORY_PLATFORM,
        "INTERNAL",
        "the control plane failed; its log says why");
  }

  private AccessErrors() {}
}
