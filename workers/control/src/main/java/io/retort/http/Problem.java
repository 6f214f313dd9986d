package io.retort.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An error as {@code application/problem+json} of RFC 9457: type, title, status and detail, and
 * beyond them the gRPC code, the category, the reason and the {@code google.rpc} details.
 *
 * @param status of HTTP
 * @param error with code, message and details
 */
public record Problem(HttpStatus status, com.google.rpc.Status error) {
  static final MediaType TYPE = MediaType.parse("application/problem+json");

  private static final Logger LOG = LoggerFactory.getLogger(Problem.class);
  private static final String REQUEST_ID_REUSED = "REQUEST_ID_REUSED";

  /** Of a call that a gRPC status ended. */
  static Problem of(Status status, Metadata trailers) {
    com.google.rpc.Status error = StatusProto.fromStatusAndTrailers(status, trailers);
    HttpStatus http = httpStatus(status.getCode());
    if (info(error).getReason().equals(REQUEST_ID_REUSED)) {
      http = HttpStatus.UNPROCESSABLE_ENTITY;
    }
    return new Problem(http, error);
  }

  /** Of an error of a call. */
  public static Problem of(StatusRuntimeException thrown) {
    Metadata trailers = thrown.getTrailers();
    return of(thrown.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  /** Of a request that did not become a call. */
  static Problem of(HttpStatus status, Status.Code code, String message) {
    return new Problem(
        status,
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(message).build());
  }

  public AggregatedHttpResponse response() {
    ResponseHeadersBuilder headers =
        ResponseHeaders.builder(status)
            .contentType(TYPE)
            .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    RetryInfo retry = detail(error, RetryInfo.getDefaultInstance());
    if (retry.hasRetryDelay()) {
      headers.set(
          HttpHeaderNames.RETRY_AFTER,
          Long.toString(Math.max(1, retry.getRetryDelay().getSeconds())));
    }
    return AggregatedHttpResponse.of(headers.build(), HttpData.ofUtf8(json()));
  }

  String json() {
    Status.Code code = Status.fromCodeValue(error.getCode()).getCode();
    ErrorInfo info = info(error);
    String reason = info.getReason().isEmpty() ? code.name() : info.getReason();
    ObjectNode problem = Json.MAPPER.createObjectNode();
    problem.put("type", "urn:retort:problem:" + reason.toLowerCase(Locale.ROOT).replace('_', '-'));
    problem.put("title", status.reasonPhrase());
    problem.put("status", status.code());
    problem.put("detail", error.getMessage());
    problem.put("code", code.name());
    problem.put("category", info.getMetadataOrDefault("category", category(code)));
    problem.put("reason", reason);
    ArrayNode details = problem.putArray("details");
    for (Any any : error.getDetailsList()) {
      try {
        details.add(Json.MAPPER.readTree(Json.print(any)));
      } catch (JsonProcessingException | IllegalArgumentException e) {
        LOG.warn("a detail of type {} is left out of an error", any.getTypeUrl(), e);
      }
    }
    return problem.toString();
  }

  private static ErrorInfo info(com.google.rpc.Status error) {
    return detail(error, ErrorInfo.getDefaultInstance());
  }

  private static <T extends com.google.protobuf.Message> T detail(
      com.google.rpc.Status error, T absent) {
    for (Any any : error.getDetailsList()) {
      if (any.isSameTypeAs(absent)) {
        try {
          return any.unpackSameTypeAs(absent);
        } catch (InvalidProtocolBufferException e) {
          LOG.warn("a detail of type {} cannot be parsed", any.getTypeUrl(), e);
        }
      }
    }
    return absent;
  }

  private static String category(Status.Code code) {
    return switch (code) {
      case INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAUTHENTICATED,
          CANCELLED,
          UNIMPLEMENTED ->
          "USER";
      case RESOURCE_EXHAUSTED -> "RESOURCE";
      case DEADLINE_EXCEEDED -> "TIMEOUT";
      case OK, UNKNOWN, INTERNAL, UNAVAILABLE, DATA_LOSS -> "PLATFORM";
    };
  }

  /** As in {@code google.rpc.Code}, except that what cannot be done now is a conflict. */
  private static HttpStatus httpStatus(Status.Code code) {
    return switch (code) {
      case OK -> HttpStatus.OK;
      case CANCELLED -> HttpStatus.CLIENT_CLOSED_REQUEST;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> HttpStatus.BAD_REQUEST;
      case NOT_FOUND -> HttpStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED, FAILED_PRECONDITION -> HttpStatus.CONFLICT;
      case PERMISSION_DENIED -> HttpStatus.FORBIDDEN;
      case UNAUTHENTICATED -> HttpStatus.UNAUTHORIZED;
      case RESOURCE_EXHAUSTED -> HttpStatus.TOO_MANY_REQUESTS;
      case UNIMPLEMENTED -> HttpStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpStatus.SERVICE_UNAVAILABLE;
      case DEADLINE_EXCEEDED -> HttpStatus.GATEWAY_TIMEOUT;
      case UNKNOWN, INTERNAL, DATA_LOSS -> HttpStatus.INTERNAL_SERVER_ERROR;
    };
  }
}
