package io.retort.http;

import com.google.protobuf.Message;
import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Serves rpcs as HTTP/JSON by their {@code google.api.http} options: unary ones as JSON, streams as
 * server-sent events. Unlike Armeria's transcoding it refuses what it does not understand, and
 * serves streams.
 */
final class JsonApi implements HttpService {
  private final HttpRoutes routes;

  JsonApi(HttpRoutes routes) {
    this.routes = routes;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    String path = context.path();
    Optional<HttpRoutes.Match> match = routes.find(request.method(), path);
    if (match.isEmpty()) {
      return notServed(request, path).toHttpResponse();
    }
    return HttpResponse.of(
        request
            .aggregate()
            .thenApplyAsync(
                aggregated -> answer(context, match.get(), aggregated),
                context.blockingTaskExecutor()));
  }

  private AggregatedHttpResponse notServed(HttpRequest request, String path) {
    SortedSet<String> methods = routes.methods(path);
    if (methods.isEmpty()) {
      return Problem.of(
              HttpStatus.NOT_FOUND,
              Status.Code.NOT_FOUND,
              path + ": no such path (expected: one of /openapi.json)")
          .response();
    }
    String allowed = String.join(", ", methods);
    AggregatedHttpResponse problem =
        Problem.of(
                HttpStatus.METHOD_NOT_ALLOWED,
                Status.Code.UNIMPLEMENTED,
                request.method() + " " + path + " (expected: " + allowed + ")")
            .response();
    return AggregatedHttpResponse.of(
        problem.headers().toBuilder().set(HttpHeaderNames.ALLOW, allowed).build(),
        problem.content());
  }

  private static HttpResponse answer(
      ServiceRequestContext context, HttpRoutes.Match match, AggregatedHttpRequest request) {
    if (!RequestReader.hasReadableBody(request)) {
      return Problem.of(
              HttpStatus.UNSUPPORTED_MEDIA_TYPE,
              Status.Code.INVALID_ARGUMENT,
              "Content-Type: "
                  + request.headers().get(HttpHeaderNames.CONTENT_TYPE, "none")
                  + " (expected: application/json)")
          .response()
          .toHttpResponse();
    }
    ServerMethodDefinition<?, ?> rpc = match.rpc();
    Message message;
    try {
      message = RequestReader.read(match, prototype(rpc), request, context.queryParams());
    } catch (StatusRuntimeException e) {
      return Problem.of(e).response().toHttpResponse();
    }
    Metadata headers = HttpMetadata.of(request.headers());
    if (rpc.getMethodDescriptor().getType() == MethodDescriptor.MethodType.SERVER_STREAMING) {
      return EventStream.open(
          context, rpc, message, headers, request.headers().get(EventStream.LAST_EVENT_ID, ""));
    }
    CompletableFuture<HttpResponse> response = new CompletableFuture<>();
    HttpCall.of(context, rpc, message, headers, new Single(response)).start();
    return HttpResponse.of(response);
  }

  private static Message prototype(ServerMethodDefinition<?, ?> rpc) {
    if (rpc.getMethodDescriptor().getRequestMarshaller()
            instanceof MethodDescriptor.PrototypeMarshaller<?> marshaller
        && marshaller.getMessagePrototype() instanceof Message prototype) {
      return prototype;
    }
    throw new IllegalStateException(
        rpc.getMethodDescriptor().getFullMethodName() + " is not of protobuf");
  }

  /** The answer of a unary rpc. */
  private static final class Single implements HttpCall.Answer {
    private final CompletableFuture<HttpResponse> response;
    private @Nullable Message message;

    Single(CompletableFuture<HttpResponse> response) {
      this.response = response;
    }

    @Override
    public void message(Message sent) {
      message = sent;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!status.isOk()) {
        response.complete(Problem.of(status, trailers).response().toHttpResponse());
      } else if (message == null) {
        response.completeExceptionally(new IllegalStateException("an rpc ended without a message"));
      } else {
        response.complete(
            HttpResponse.of(
                ResponseHeaders.builder(HttpStatus.OK)
                    .contentType(MediaType.JSON_UTF_8)
                    .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
                    .build(),
                HttpData.ofUtf8(Json.print(message))));
      }
    }

    @Override
    public boolean isReady() {
      return true;
    }
  }
}
