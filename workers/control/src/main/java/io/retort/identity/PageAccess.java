package io.retort.identity;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.netty.util.AttributeKey;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Lets only known callers see what is served outside gRPC. A browser without a session is sent to
 * {@code /login}, anything else receives 401.
 */
public final class PageAccess implements DecoratingHttpServiceFunction {
  private static final AttributeKey<Caller> CALLER =
      AttributeKey.valueOf(PageAccess.class, "CALLER");

  private final Authenticator authenticator;

  public PageAccess(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  @Override
  public HttpResponse serve(HttpService delegate, ServiceRequestContext ctx, HttpRequest request) {
    // A session may have to be read from the store.
    return HttpResponse.of(
        CompletableFuture.supplyAsync(
            () -> served(delegate, ctx, request), ctx.blockingTaskExecutor()));
  }

  /** The caller of a request that this has let through. */
  public static Caller caller(ServiceRequestContext ctx) {
    Caller caller = ctx.attr(CALLER);
    if (caller == null) {
      throw new IllegalStateException(ctx.path() + " is served without " + PageAccess.class);
    }
    return caller;
  }

  /** Runs the work with {@link Caller#current} as the request's caller. */
  public static <T> T call(ServiceRequestContext ctx, Callable<T> work) throws Exception {
    return Context.current().withValue(Caller.KEY, caller(ctx)).call(work);
  }

  private HttpResponse served(
      HttpService delegate, ServiceRequestContext ctx, HttpRequest request) {
    Optional<Caller> caller;
    try {
      caller = find(request.headers());
    } catch (StatusRuntimeException e) {
      return HttpResponse.of(
          e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
              ? HttpStatus.TOO_MANY_REQUESTS
              : HttpStatus.SERVICE_UNAVAILABLE,
          MediaType.PLAIN_TEXT_UTF_8,
          e.getStatus().getDescription() + "\n");
    }
    if (caller.isEmpty()) {
      return unknown(ctx, request);
    }
    ctx.setAttr(CALLER, caller.get());
    try {
      return delegate.serve(ctx, request);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  private Optional<Caller> find(RequestHeaders headers) {
    return authenticator.find(
        headers.get(HttpHeaderNames.AUTHORIZATION, ""), headers.get(HttpHeaderNames.COOKIE, ""));
  }

  private static HttpResponse unknown(ServiceRequestContext ctx, HttpRequest request) {
    if (request.method() == HttpMethod.GET
        && request.headers().get(HttpHeaderNames.ACCEPT, "").contains("text/html")) {
      String query = ctx.query() == null ? "" : "?" + ctx.query();
      return HttpResponse.ofRedirect(
          HttpStatus.SEE_OTHER,
          "/login?next=" + URLEncoder.encode(ctx.path() + query, StandardCharsets.UTF_8));
    }
    return HttpResponse.of(
        HttpStatus.UNAUTHORIZED,
        MediaType.PLAIN_TEXT_UTF_8,
        AccessErrors.unauthenticated().getStatus().getDescription() + "\n");
  }
}
