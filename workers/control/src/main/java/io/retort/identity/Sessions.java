package io.retort.identity;

import com.google.protobuf.util.Timestamps;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.OidcUser;
import io.retort.v1.StoredSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Browsers that are logged in. The cookie is a secret of which the store keeps the hash, so that
 * every control plane of the store accepts it, and a logout ends it. A session that was opened with
 * a token has the token's roles and ends with it.
 */
public final class Sessions {
  /** Browsers accept a cookie of this name only from this host, over TLS or on loopback. */
  public static final String COOKIE = "__Host-retort-session";

  private static final Duration LIFETIME = Duration.ofHours(12);
  private static final int SCHEMA_VERSION = 1;
  private static final int SECRET_BYTES = 32;
  private static final int MOST_CLEANED = 100;
  private static final String ATTRIBUTES = "; Path=/; Secure; HttpOnly; SameSite=Lax";
  private static final Pattern SECRET = Pattern.compile("([0-9]{13})-([0-9a-f]{64})");
  private static final Pattern OBJECT = Pattern.compile("([0-9]{13})-[0-9a-f]{64}\\.json");

  private final Store store;
  private final String folder;
  private final Clock clock;
  private final SecureRandom random;
  private final TokenCallers tokens;
  private final Function<OidcUser, Caller> users;
  private final StoredCredentials<StoredSession> known;

  /**
   * @param users gives the people of an OIDC provider their roles
   */
  public Sessions(
      Store store,
      String storeUri,
      Clock clock,
      SecureRandom random,
      TokenCallers tokens,
      Function<OidcUser, Caller> users) {
    this(store, storeUri, clock, random, tokens, users, new LookUpLimit());
  }

  Sessions(
      Store store,
      String storeUri,
      Clock clock,
      SecureRandom random,
      TokenCallers tokens,
      Function<OidcUser, Caller> users,
      LookUpLimit limit) {
    this.store = store;
    this.folder = Store.resolve(storeUri, "access/sessions");
    this.clock = clock;
    this.random = random;
    this.tokens = tokens;
    this.users = users;
    this.known = new StoredCredentials<>(clock, limit);
  }

  /**
   * Logs in with a token; returns the value of the header Set-Cookie, empty unless the token is
   * valid.
   */
  public Optional<String> open(String token) throws IOException {
    Optional<Caller> caller = tokens.caller(token);
    Optional<TokenSecret> secret = TokenSecret.parse(token);
    if (caller.isEmpty() || secret.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(open(StoredSession.newBuilder().setTokenId(secret.get().tokenId())));
  }

  /** Logs in a person that an OIDC provider has named; returns the value of Set-Cookie. */
  String open(OidcUser user) throws IOException {
    return open(StoredSession.newBuilder().setOidcUser(user));
  }

  /** The caller of a request with this header Cookie; empty without a valid session. */
  public Optional<Caller> caller(String cookieHeader) throws IOException {
    Optional<String> secret = secret(cookieHeader);
    if (secret.isEmpty()) {
      return Optional.empty();
    }
    Optional<StoredSession> session = known.get(name(secret.get()), this::read);
    if (session.isEmpty() || !isValid(session.get(), secret.get())) {
      return Optional.empty();
    }
    return switch (session.get().getLoginCase()) {
      case TOKEN_ID -> tokens.ofId(session.get().getTokenId());
      case OIDC_USER -> Optional.of(users.apply(session.get().getOidcUser()));
      case LOGIN_NOT_SET -> Optional.empty();
    };
  }

  /** Logs out; returns the value of Set-Cookie that deletes the cookie. */
  public String close(String cookieHeader) throws IOException {
    Optional<String> secret = secret(cookieHeader);
    if (secret.isPresent()) {
      String name = name(secret.get());
      store.delete(Store.resolve(folder, name));
      known.forget(name);
    }
    return COOKIE + "=" + ATTRIBUTES + "; Max-Age=0";
  }

  /** The secret of the session in a header Cookie; empty without one. */
  static Optional<String> secret(String cookieHeader) {
    return cookie(cookieHeader, COOKIE).filter(value -> SECRET.matcher(value).matches());
  }

  /** The value of a cookie; empty where it is not there, or more than once. */
  static Optional<String> cookie(String header, String name) {
    List<String> values =
        List.of(header.split(";")).stream()
            .map(String::strip)
            .filter(pair -> pair.startsWith(name + "="))
            .map(pair -> pair.substring(name.length() + 1))
            .toList();
    return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }

  private String open(StoredSession.Builder login) throws IOException {
    removeExpired();
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    long expires = clock.millis() + LIFETIME.toMillis();
    String secret = expires + "-" + HexFormat.of().formatHex(bytes);
    byte[] stored =
        StoredMessages.bytes(
            login
                .setSchemaVersion(SCHEMA_VERSION)
                .setSecretSha256(TokenSecret.sha256(secret))
                .setExpiresAt(Timestamps.fromMillis(expires))
                .build());
    if (!store.writeIfAbsent(Store.resolve(folder, name(secret)), output -> output.write(stored))) {
      throw new IOException("the session exists already (log in again)");
    }
    return COOKIE + "=" + secret + ATTRIBUTES + "; Max-Age=" + LIFETIME.toSeconds();
  }

  private boolean isValid(StoredSession session, String secret) {
    return MessageDigest.isEqual(
            TokenSecret.sha256(secret).getBytes(StandardCharsets.US_ASCII),
            session.getSecretSha256().getBytes(StandardCharsets.US_ASCII))
        && clock.millis() < Timestamps.toMillis(session.getExpiresAt());
  }

  private Optional<StoredSession> read(String name) throws IOException {
    return StoredMessages.read(
        store, Store.resolve(folder, name), StoredSession.getDefaultInstance());
  }

  /** The names begin with the time at which they expire, so that nothing has to be read. */
  private void removeExpired() throws IOException {
    int removed = 0;
    for (String name : store.list(folder)) {
      Matcher matcher = OBJECT.matcher(name);
      if (matcher.matches()
          && Long.parseLong(matcher.group(1)) <= clock.millis()
          && removed++ < MOST_CLEANED) {
        store.delete(Store.resolve(folder, name));
      }
    }
  }

  /** The object's name, which tells nothing about the secret but when it expires. */
  private static String name(String secret) {
    return secret.substring(0, secret.indexOf('-')) + "-" + TokenSecret.sha256(secret) + ".json";
  }
}
