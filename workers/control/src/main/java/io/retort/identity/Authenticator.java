package io.retort.identity;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds out who calls, by the first of several ways that knows the credentials. */
public final class Authenticator {
  /** Longer headers are not looked at. */
  private static final int LONGEST_HEADER = 8192;

  private static final String BEARER = "bearer ";

  private final boolean required;
  private final List<Bearers> bearers;
  private final Optional<Sessions> sessions;

  private Authenticator(boolean required, List<Bearers> bearers, Optional<Sessions> sessions) {
    this.required = required;
    this.bearers = List.copyOf(bearers);
    this.sessions = sessions;
  }

  /** Everybody is the local caller, who may do everything. */
  public static Authenticator off() {
    return new Authenticator(false, List.of(), Optional.empty());
  }

  /** Callers must prove who they are. */
  public static Authenticator required(List<Bearers> bearers, Sessions sessions) {
    return new Authenticator(true, bearers, Optional.of(sessions));
  }

  /** One kind of bearer credentials. */
  @FunctionalInterface
  public interface Bearers {
    /**
     * Empty unless the credentials are valid.
     *
     * @throws IOException if that cannot be found out now
     */
    Optional<Caller> caller(String credentials) throws IOException;
  }

  public boolean isRequired() {
    return required;
  }

  /**
   * The caller of a request.
   *
   * @param authorization the header Authorization; empty without it. If it is there, it alone
   *     counts.
   * @param cookie the header Cookie; empty without it
   * @throws io.grpc.StatusRuntimeException UNAUTHENTICATED; UNAVAILABLE if the store cannot be read
   */
  public Caller authenticate(String authorization, String cookie) {
    return find(authorization, cookie).orElseThrow(AccessErrors::unauthenticated);
  }

  /** The same, empty for a request without valid credentials. */
  public Optional<Caller> find(String authorization, String cookie) {
    if (!required) {
      return Optional.of(Caller.KEY.get(io.grpc.Context.ROOT));
    }
    try {
      if (!authorization.isEmpty()) {
        return ofBearer(authorization);
      }
      return cookie.isEmpty() || cookie.length() > LONGEST_HEADER || sessions.isEmpty()
          ? Optional.empty()
          : sessions.get().caller(cookie);
    } catch (IOException e) {
      throw AccessErrors.unavailable("read the caller's credentials", e);
    }
  }

  private Optional<Caller> ofBearer(String authorization) throws IOException {
    if (authorization.length() > LONGEST_HEADER
        || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return Optional.empty();
    }
    String credentials = authorization.substring(BEARER.length()).strip();
    for (Bearers kind : bearers) {
      Optional<Caller> caller = kind.caller(credentials);
      if (caller.isPresent()) {
        return caller;
      }
    }
    return Optional.empty();
  }
}
