package io.retort.pages;

import com.linecorp.armeria.common.RequestHeaders;
import io.retort.identity.Caller;
import java.util.Optional;

/** Proves that a form was sent by one of our own pages, and by the caller that it was shown to. */
public interface Csrf {
  /** Name of the form field that holds the token. */
  String FIELD = "csrf";

  /**
   * A token for the forms of one page.
   *
   * @param cookie {@code Set-Cookie} header of the page, where the browser does not have it yet
   */
  record Token(String value, Optional<String> cookie) {}

  Token issue(RequestHeaders headers, Caller caller);

  boolean isValid(RequestHeaders headers, Caller caller, String token);
}
