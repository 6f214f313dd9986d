package io.retort.identity;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.ApiToken;
import io.retort.v1.StoredToken;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Callers of API tokens. A token that another process has revoked may still work for as long as
 * {@link StoredCredentials} trusts what it has read.
 */
public final class TokenCallers implements Authenticator.Bearers {
  private static final Logger LOG = LoggerFactory.getLogger(TokenCallers.class);
  private static final Duration USE_PERIOD = Duration.ofHours(1);
  private static final int MOST_CACHED = 10_000;

  private final TokenStore tokens;
  private final Clock clock;
  private final Executor background;
  private final StoredCredentials<StoredToken> known;

  /** When this process has last recorded the use of a token. */
  private final Map<String, Long> recorded =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST_CACHED;
        }
      };

  /**
   * @param background writes when tokens were used
   */
  public TokenCallers(TokenStore tokens, Clock clock, Executor background) {
    this(tokens, clock, background, new LookUpLimit());
  }

  TokenCallers(TokenStore tokens, Clock clock, Executor background, LookUpLimit limit) {
    this.tokens = tokens;
    this.clock = clock;
    this.background = background;
    this.known = new StoredCredentials<>(clock, limit);
  }

  @Override
  public Optional<Caller> caller(String credentials) throws IOException {
    Optional<TokenSecret> secret = TokenSecret.parse(credentials);
    if (secret.isEmpty()) {
      return Optional.empty();
    }
    return valid(secret.get().tokenId())
        .filter(stored -> secret.get().matches(stored.getSecretSha256()))
        .map(stored -> used(stored.getToken()));
  }

  /** The same for a session that was opened with the token. */
  Optional<Caller> ofId(String tokenId) throws IOException {
    return valid(tokenId).map(stored -> used(stored.getToken()));
  }

  /** Reads the token again at its next use. */
  void forget(String tokenId) {
    known.forget(tokenId);
  }

  private Optional<StoredToken> valid(String tokenId) throws IOException {
    return known.get(tokenId, tokens::read).filter(stored -> tokens.isValid(stored.getToken()));
  }

  private Caller used(ApiToken token) {
    if (isDue(token)) {
      record(token.getTokenId());
    }
    return Caller.of(token.getName(), "token:" + token.getTokenId(), token.getGrantsList());
  }

  private boolean isDue(ApiToken token) {
    long now = clock.millis();
    synchronized (recorded) {
      long last =
          Math.max(
              recorded.getOrDefault(token.getTokenId(), 0L),
              Timestamps.toMillis(token.getLastUsedAt()));
      if (now - last < USE_PERIOD.toMillis()) {
        return false;
      }
      recorded.put(token.getTokenId(), now);
      return true;
    }
  }

  private void record(String tokenId) {
    try {
      background.execute(
          () -> {
            try {
              Optional<ApiToken> unused = tokens.touch(tokenId);
            } catch (IOException e) {
              LOG.warn("the last use of token {} cannot be recorded", tokenId, e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("the last use of token {} is not recorded: the process ends", tokenId);
    }
  }
}
