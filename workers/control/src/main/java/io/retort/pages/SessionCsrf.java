package io.retort.pages;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.RequestHeaders;
import io.retort.identity.Caller;
import java.util.Optional;

/**
 * The proof of the browser's session, which every control plane of the store accepts. Another one
 * where the browser has no session.
 */
final class SessionCsrf implements Csrf {
  private final Csrf withoutSession;

  SessionCsrf(Csrf withoutSession) {
    this.withoutSession = withoutSession;
  }

  @Override
  public Token issue(RequestHeaders headers, Caller caller) {
    String proof = io.retort.identity.Csrf.token(cookie(headers));
    return proof.isEmpty()
        ? withoutSession.issue(headers, caller)
        : new Token(proof, Optional.empty());
  }

  @Override
  public boolean isValid(RequestHeaders headers, Caller caller, String token) {
    String cookie = cookie(headers);
    return io.retort.identity.Csrf.token(cookie).isEmpty()
        ? withoutSession.isValid(headers, caller, token)
        : io.retort.identity.Csrf.matches(cookie, token);
  }

  private static String cookie(RequestHeaders headers) {
    return headers.get(HttpHeaderNames.COOKIE, "");
  }
}
