package io.retort.identity;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Metadata;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The headers by which a caller shows who it is.
 *
 * @param authorization the header Authorization; empty without it
 * @param cookie the header Cookie; empty without it
 */
record Credentials(String authorization, String cookie) {
  private static final Metadata.Key<String> AUTHORIZATION = key("authorization");
  private static final Metadata.Key<String> COOKIE = key("cookie");

  static Credentials of(Metadata headers) {
    return new Credentials(text(headers, AUTHORIZATION), text(headers, COOKIE));
  }

  /** Those of the HTTP request that this thread serves; empty where there is none. */
  static Optional<Credentials> ofCurrentRequest() {
    @Nullable ServiceRequestContext context = ServiceRequestContext.currentOrNull();
    if (context == null) {
      return Optional.empty();
    }
    RequestHeaders headers = context.request().headers();
    return Optional.of(
        new Credentials(
            headers.get(HttpHeaderNames.AUTHORIZATION, ""),
            headers.get(HttpHeaderNames.COOKIE, "")));
  }

  /** Without the secrets, so that no log can have them. */
  @Override
  public String toString() {
    return "credentials";
  }

  private static String text(Metadata headers, Metadata.Key<String> key) {
    String value = headers.get(key);
    return value == null ? "" : value;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
