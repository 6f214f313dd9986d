package io.retort.pages;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import java.util.Optional;

/** Responses with the headers that keep a page from loading or running anything of others. */
final class PageResponses {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  /**
   * A report runs its own script, but as a page of no site, so that it can neither read nor send
   * anything in the name of who looks at it. Our own pages show it beside a decision.
   */
  private static final String REPORT_POLICY =
      "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline';"
          + " style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none';"
          + " frame-ancestors 'self'";

  static HttpResponse html(HttpStatus status, String html, Optional<String> cookie) {
    ResponseHeadersBuilder headers = headers(status, MediaType.HTML_UTF_8, POLICY);
    cookie.ifPresent(value -> headers.add(HttpHeaderNames.SET_COOKIE, value));
    return HttpResponse.of(headers.build(), HttpData.ofUtf8(html));
  }

  static HttpResponse json(String json) {
    return HttpResponse.of(
        headers(HttpStatus.OK, MediaType.JSON_UTF_8, POLICY).build(), HttpData.ofUtf8(json));
  }

  /** A report of the store. */
  static ResponseHeaders report() {
    return headers(HttpStatus.OK, MediaType.HTML_UTF_8, REPORT_POLICY).build();
  }

  static ResponseHeaders eventStream() {
    return headers(HttpStatus.OK, MediaType.EVENT_STREAM, POLICY).build();
  }

  /** Nothing of the page changes. */
  static HttpResponse unchanged() {
    return HttpResponse.of(headers(HttpStatus.NO_CONTENT, MediaType.HTML_UTF_8, POLICY).build());
  }

  /** The browser shows another page by GET. */
  static HttpResponse seeOther(String path) {
    return HttpResponse.of(
        headers(HttpStatus.SEE_OTHER, MediaType.PLAIN_TEXT_UTF_8, POLICY)
            .add(HttpHeaderNames.LOCATION, path)
            .build());
  }

  private static ResponseHeadersBuilder headers(HttpStatus status, MediaType type, String policy) {
    return ResponseHeaders.builder(status)
        .contentType(type)
        .add(HttpHeaderNames.CONTENT_SECURITY_POLICY, policy)
        .add(HttpHeaderNames.X_CONTENT_TYPE_OPTIONS, "nosniff")
        .add(HttpHeaderNames.REFERRER_POLICY, "same-origin")
        .add("cross-origin-opener-policy", "same-origin")
        .add("cross-origin-resource-policy", "same-origin")
        .add(HttpHeaderNames.CACHE_CONTROL, "no-store");
  }

  private PageResponses() {}
}
