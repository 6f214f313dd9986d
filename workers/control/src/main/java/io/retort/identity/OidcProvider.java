package io.retort.identity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An OIDC provider: its configuration, which is read at the first use, and its keys, which are read
 * again when a token is signed with one that is not known yet.
 */
final class OidcProvider {
  /** Without symmetric algorithms, with which a public key would be a secret. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private static final Duration RETRY_PERIOD = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int LARGEST_ANSWER = 1 << 20;
  private static final long KEYS_LIVE_MILLIS = Duration.ofMinutes(15).toMillis();
  private static final long KEYS_SURVIVE_MILLIS = Duration.ofHours(4).toMillis();
  private static final long KEYS_PERIOD_MILLIS = Duration.ofSeconds(10).toMillis();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI issuer;
  private final Clock clock;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private @Nullable Configuration configuration;
  private @Nullable Instant failedAt;

  OidcProvider(URI issuer, Clock clock) {
    this.issuer = issuer;
    this.clock = clock;
  }

  /** Of the provider's {@code openid-configuration}, with its keys. */
  record Configuration(
      URI authorizationEndpoint, URI tokenEndpoint, JWKSource<SecurityContext> keys) {}

  /**
   * The claims of a token; empty unless the provider has issued it for the audience and it is valid
   * now.
   *
   * @throws IOException if the provider cannot be reached and its keys are not known
   */
  Optional<JWTClaimsSet> claims(String jwt, String audience) throws IOException {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(ALGORITHMS, configuration().keys()));
    processor.setJWTClaimsSetVerifier(new ClaimsVerifier(audience, issuer, clock));
    try {
      return Optional.of(processor.process(jwt, null));
    } catch (RateLimitReachedException e) {
      // The keys were read a moment ago, and this one is not among them.
      return Optional.empty();
    } catch (KeySourceException e) {
      throw new IOException("the keys of " + issuer + " cannot be read: " + e.getMessage(), e);
    } catch (BadJOSEException | JOSEException | ParseException e) {
      return Optional.empty();
    }
  }

  /**
   * Read once. After a failure the next attempt is made ten seconds later, so that calls do not
   * wait one after the other for a provider that is away.
   */
  synchronized Configuration configuration() throws IOException {
    if (configuration != null) {
      return configuration;
    }
    if (failedAt != null && clock.instant().isBefore(failedAt.plus(RETRY_PERIOD))) {
      throw new IOException("the provider " + issuer + " could not be reached a moment ago");
    }
    try {
      configuration = read();
      return configuration;
    } catch (IOException e) {
      failedAt = clock.instant();
      throw e;
    }
  }

  private Configuration read() throws IOException {
    String base = issuer.toString().replaceFirst("/$", "");
    JsonNode answer =
        send(
            HttpRequest.newBuilder(URI.create(base + "/.well-known/openid-configuration"))
                .timeout(TIMEOUT)
                .build());
    if (!answer.path("issuer").asText().equals(issuer.toString())) {
      throw new IOException(base + " says that its issuer is " + answer.path("issuer").asText());
    }
    JWKSource<SecurityContext> keys =
        JWKSourceBuilder.<SecurityContext>create(
                address(answer, "jwks_uri").toURL(),
                new DefaultResourceRetriever(
                    (int) TIMEOUT.toMillis(), (int) TIMEOUT.toMillis(), LARGEST_ANSWER))
            .cache(KEYS_LIVE_MILLIS, TIMEOUT.toMillis())
            .rateLimited(KEYS_PERIOD_MILLIS)
            .outageTolerant(KEYS_SURVIVE_MILLIS)
            .build();
    return new Configuration(
        address(answer, "authorization_endpoint"), address(answer, "token_endpoint"), keys);
  }

  /**
   * @throws IOException unless the answer is JSON with status 200
   */
  JsonNode send(HttpRequest request) throws IOException {
    try {
      java.net.http.HttpResponse<InputStream> answer =
          http.send(request, BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        byte[] bytes = body.readNBytes(LARGEST_ANSWER);
        if (answer.statusCode() != 200) {
          throw new IOException(request.uri() + " answers " + answer.statusCode());
        }
        return JSON.readTree(bytes);
      }
    } catch (JsonProcessingException e) {
      // Without the parser's message, which may quote a token.
      throw new IOException(request.uri() + " answers with something that is not JSON");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for " + request.uri(), e);
    }
  }

  private URI address(JsonNode answer, String field) throws IOException {
    try {
      URI uri = URI.create(answer.path(field).asText());
      if (OidcSettings.isSecure(uri)) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException(issuer + ": " + field + " is no address", e);
    }
    throw new IOException(issuer + ": " + field + " is no https address");
  }

  /** Reads the injected clock. */
  private static final class ClaimsVerifier extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final Clock clock;

    ClaimsVerifier(String audience, URI issuer, Clock clock) {
      super(
          audience,
          new JWTClaimsSet.Builder().issuer(issuer.toString()).build(),
          Set.of("sub", "exp", "iat"));
      this.clock = clock;
    }

    @Override
    protected Date currentTime() {
      return Date.from(clock.instant());
    }
  }
}
