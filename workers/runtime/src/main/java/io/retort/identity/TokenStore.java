package io.retort.identity;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.retort.store.CorruptArtifactException;
import io.retort.store.Store;
import io.retort.store.StoredMessages;
import io.retort.v1.ApiToken;
import io.retort.v1.Grant;
import io.retort.v1.StoredToken;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * API tokens in the store, one object each, with the hash of the secret. Several processes may
 * write: every change is conditional on what it has read.
 */
public final class TokenStore {
  /** How long a token lives unless its creator says otherwise. */
  public static final Duration LIFETIME = Duration.ofDays(90);

  private static final int SCHEMA_VERSION = 1;
  private static final String SUFFIX = ".json";

  private final Store store;
  private final String folder;
  private final Clock clock;

  public TokenStore(Store store, String storeUri, Clock clock) {
    this.store = store;
    this.folder = Store.resolve(storeUri, "access/tokens");
    this.clock = clock;
  }

  /**
   * A token with its secret, which cannot be read again.
   *
   * @param token as stored, without the secret
   */
  public record Created(ApiToken token, TokenSecret secret) {}

  public Created create(
      String name, List<Grant> grants, Duration lifetime, String createdBy, SecureRandom random)
      throws IOException {
    TokenSecret secret = TokenSecret.generate(random);
    ApiToken token =
        ApiToken.newBuilder()
            .setTokenId(secret.tokenId())
            .setName(name)
            .addAllGrants(grants)
            .setCreatedAt(now())
            .setCreatedBy(createdBy)
            .setExpiresAt(Timestamps.fromMillis(clock.instant().plus(lifetime).toEpochMilli()))
            .build();
    StoredToken stored =
        StoredToken.newBuilder()
            .setSchemaVersion(SCHEMA_VERSION)
            .setToken(token)
            .setSecretSha256(secret.sha256())
            .build();
    if (!store.writeIfAbsent(
        uri(secret.tokenId()), output -> output.write(StoredMessages.bytes(stored)))) {
      throw new IOException("token " + secret.tokenId() + " exists already (try again)");
    }
    return new Created(token, secret);
  }

  /** Empty for an unknown id. */
  public Optional<StoredToken> read(String tokenId) throws IOException {
    return StoredMessages.read(store, uri(tokenId), StoredToken.getDefaultInstance());
  }

  /** Whether the token is neither revoked nor expired. */
  public boolean isValid(ApiToken token) {
    return !token.hasRevokedAt() && Timestamps.compare(now(), token.getExpiresAt()) < 0;
  }

  /** Ids of all tokens, sorted. */
  public List<String> ids() throws IOException {
    return store.list(folder).stream()
        .filter(name -> name.matches("[0-9a-f]{20}\\.json"))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .toList();
  }

  /** Ends the token; empty for an unknown id. The first revocation stays. */
  public Optional<ApiToken> revoke(String tokenId, String revokedBy) throws IOException {
    return change(
        tokenId,
        token ->
            token.hasRevokedAt()
                ? token
                : token.toBuilder().setRevokedAt(now()).setRevokedBy(revokedBy).build());
  }

  /** Notes that the token is used now. */
  public Optional<ApiToken> touch(String tokenId) throws IOException {
    return change(tokenId, token -> token.toBuilder().setLastUsedAt(now()).build());
  }

  private Optional<ApiToken> change(String tokenId, UnaryOperator<ApiToken> change)
      throws IOException {
    ApiToken.Builder changed = ApiToken.newBuilder();
    boolean unused =
        store.update(
            uri(tokenId),
            current -> {
              changed.clear();
              if (current.isEmpty()) {
                return Optional.empty();
              }
              StoredToken stored = parse(tokenId, current.get());
              ApiToken after = change.apply(stored.getToken());
              changed.mergeFrom(after);
              return after.equals(stored.getToken())
                  ? Optional.empty()
                  : Optional.of(StoredMessages.bytes(stored.toBuilder().setToken(after).build()));
            });
    return changed.getTokenId().isEmpty() ? Optional.empty() : Optional.of(changed.build());
  }

  private StoredToken parse(String tokenId, byte[] json) throws CorruptArtifactException {
    return StoredMessages.parse(json, StoredToken.getDefaultInstance(), uri(tokenId));
  }

  private Timestamp now() {
    return Timestamps.fromMillis(clock.millis());
  }

  private String uri(String tokenId) {
    return Store.resolve(folder, tokenId + SUFFIX);
  }
}
