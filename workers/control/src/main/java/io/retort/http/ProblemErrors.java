package io.retort.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.HttpResponseException;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Problem documents for all that fails outside of a call: unknown paths, requests that are too
 * large or take too long, and defects. gRPC calls keep Armeria's answers.
 */
final class ProblemErrors implements ServerErrorHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemErrors.class);
  private static final String GRPC = "grpc";

  @Override
  public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
    Throwable thrown = Exceptions.peel(cause);
    if (isGrpc(context.request().headers()) || thrown instanceof HttpResponseException) {
      return null;
    }
    if (thrown instanceof StatusRuntimeException status) {
      return Problem.of(status).response().toHttpResponse();
    }
    if (thrown instanceof HttpStatusException status) {
      return problem(status.httpStatus(), status.httpStatus().reasonPhrase()).toHttpResponse();
    }
    if (thrown instanceof ContentTooLargeException tooLarge) {
      return problem(
              HttpStatus.REQUEST_ENTITY_TOO_LARGE,
              "the request's body is too large (expected: at most "
                  + tooLarge.maxContentLength()
                  + " bytes)")
          .toHttpResponse();
    }
    if (thrown instanceof RequestTimeoutException) {
      return problem(
              HttpStatus.GATEWAY_TIMEOUT, "no answer in time (expected: less; call again later)")
          .toHttpResponse();
    }
    if (Exceptions.isExpected(thrown)) {
      // The client has gone, or the server stops.
      return null;
    }
    LOG.error("{} {} failed", context.method(), context.path(), thrown);
    return problem(HttpStatus.INTERNAL_SERVER_ERROR, "the control plane failed; see its log")
        .toHttpResponse();
  }

  @Override
  public @Nullable AggregatedHttpResponse renderStatus(
      @Nullable ServiceRequestContext context,
      ServiceConfig config,
      @Nullable RequestHeaders headers,
      HttpStatus status,
      @Nullable String description,
      @Nullable Throwable cause) {
    if (status.isContentAlwaysEmpty() || (headers != null && isGrpc(headers))) {
      return null;
    }
    String message = description == null ? status.reasonPhrase() : description;
    if (status.equals(HttpStatus.NOT_FOUND) && headers != null) {
      message = headers.path() + ": no such path (expected: one of /openapi.json)";
    }
    return problem(status, message);
  }

  private static AggregatedHttpResponse problem(HttpStatus status, String message) {
    return Problem.of(status, code(status), message).response();
  }

  private static Status.Code code(HttpStatus status) {
    return switch (status.code()) {
      case 401 -> Status.Code.UNAUTHENTICATED;
      case 403 -> Status.Code.PERMISSION_DENIED;
      case 404 -> Status.Code.NOT_FOUND;
      case 405 -> Status.Code.UNIMPLEMENTED;
      case 429 -> Status.Code.RESOURCE_EXHAUSTED;
      case 408, 504 -> Status.Code.DEADLINE_EXCEEDED;
      case 503 -> Status.Code.UNAVAILABLE;
      default -> status.isClientError() ? Status.Code.INVALID_ARGUMENT : Status.Code.INTERNAL;
    };
  }

  private static boolean isGrpc(RequestHeaders headers) {
    MediaType type = headers.contentType();
    return type != null && type.subtype().startsWith(GRPC);
  }
}
