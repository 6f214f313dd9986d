package io.retort.pages;

import com.linecorp.armeria.common.HttpStatus;
import io.grpc.StatusRuntimeException;
import io.retort.enums.EnumText;
import io.retort.error.RpcFailures;
import io.retort.spec.SpecViolation;
import java.util.List;
import java.util.concurrent.CompletionException;

/**
 * An error for people.
 *
 * @param status HTTP status
 * @param title the status in words
 * @param category of the failure, empty where it has none
 * @param violations wrong fields with their values
 */
public record ErrorView(
    int status, String title, String category, String message, List<String> violations) {
  static ErrorView of(HttpStatus status, String message) {
    return new ErrorView(status.code(), status.reasonPhrase(), "", message, List.of());
  }

  /** Of a refusal; throws what is none. */
  static ErrorView ofRefusal(Throwable thrown) {
    Throwable cause = cause(thrown);
    if (cause instanceof StatusRuntimeException status) {
      return of(status);
    }
    if (cause instanceof PageException wrong) {
      return of(wrong.status(), String.valueOf(wrong.getMessage()));
    }
    throw new CompletionException(cause);
  }

  /** What a call that runs later was refused with. */
  static Throwable cause(Throwable thrown) {
    return thrown instanceof CompletionException && thrown.getCause() != null
        ? thrown.getCause()
        : thrown;
  }

  static ErrorView of(StatusRuntimeException thrown) {
    HttpStatus status =
        switch (thrown.getStatus().getCode()) {
          case INVALID_ARGUMENT, OUT_OF_RANGE -> HttpStatus.BAD_REQUEST;
          case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
          case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
          case NOT_FOUND -> HttpStatus.NOT_FOUND;
          case ALREADY_EXISTS, ABORTED, FAILED_PRECONDITION -> HttpStatus.CONFLICT;
          case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
          case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
          case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
          case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
          case OK, CANCELLED, UNKNOWN, INTERNAL, DATA_LOSS -> HttpStatus.INTERNAL_SERVER_ERROR;
        };
    List<String> violations =
        RpcFailures.violations(thrown).stream().map(SpecViolation::toString).toList();
    String message = thrown.getStatus().getDescription();
    return new ErrorView(
        status.code(),
        status.reasonPhrase(),
        RpcFailures.category(thrown).map(EnumText::shortName).orElse(""),
        message == null ? thrown.getStatus().getCode().name() : message,
        violations.size() > 1 ? violations : List.of());
  }
}
