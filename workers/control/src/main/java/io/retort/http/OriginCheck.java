package io.retort.http;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableSet;
import com.google.common.net.HostAndPort;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a page of another site sends from a browser: a request for another host than this
 * one (DNS rebinding), or one with an {@code Origin} of another host, except to {@link
 * HttpApi#HOOKS}. Other sites get no CORS headers either.
 */
final class OriginCheck implements DecoratingHttpServiceFunction {
  private final boolean loopback;
  private final Set<String> hosts;

  /**
   * @param loopback whether the server listens on the loopback address alone
   * @param hosts names under which the server is reached, separated by commas; empty: on loopback
   *     the loopback addresses and localhost, elsewhere any
   */
  OriginCheck(boolean loopback, String hosts) {
    this.loopback = loopback;
    this.hosts =
        ImmutableSet.copyOf(
            Splitter.on(',')
                .trimResults()
                .omitEmptyStrings()
                .split(hosts.toLowerCase(Locale.ROOT)));
  }

  @Override
  public HttpResponse serve(
      HttpService delegate, ServiceRequestContext context, HttpRequest request) throws Exception {
    String authority = request.authority();
    if (!isServed(host(authority))) {
      return refuse(
          HttpStatus.MISDIRECTED_REQUEST,
          Status.Code.INVALID_ARGUMENT,
          "Host: "
              + authority
              + " (expected: "
              + expected()
              + "; RETORT_ALLOWED_HOSTS adds names)");
    }
    String origin = request.headers().get(HttpHeaderNames.ORIGIN);
    // No browser's session counts for a hook, so that a page of another site gains nothing there.
    boolean checked = !context.path().startsWith(HttpApi.HOOKS);
    if (checked && origin != null && !isOf(origin, authority)) {
      return refuse(
          HttpStatus.FORBIDDEN,
          Status.Code.PERMISSION_DENIED,
          "Origin: " + origin + " (expected: pages of this server alone)");
    }
    return delegate.serve(context, request);
  }

  private boolean isServed(@Nullable String host) {
    if (host == null) {
      return false;
    }
    if (hosts.contains(host)) {
      return true;
    }
    if (!loopback) {
      return hosts.isEmpty();
    }
    return HttpApi.isLoopback(host);
  }

  private String expected() {
    String names = String.join(", ", hosts);
    return loopback ? "localhost, 127.0.0.1" + (names.isEmpty() ? "" : ", " + names) : names;
  }

  private static boolean isOf(String origin, @Nullable String authority) {
    try {
      return authority != null && authority.equalsIgnoreCase(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static @Nullable String host(@Nullable String authority) {
    if (authority == null) {
      return null;
    }
    try {
      return HostAndPort.fromString(authority).getHost().toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static HttpResponse refuse(HttpStatus status, Status.Code code, String message) {
    return Problem.of(status, code, message).response().toHttpResponse();
  }
}
