package io.retort.judge.endpoint;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * An OpenAI-compatible endpoint.
 *
 * @param name by which requests and routes name it
 * @param baseUrl to which {@code /chat/completions} is appended
 * @param model sent with every call
 * @param apiKey bearer token; never part of a message or of {@link #toString()}
 * @param jsonSchema whether the endpoint constrains answers by a JSON schema
 * @param maxInFlight most calls open at the same time in one worker, at least 1
 * @param rateLimits shared by all workers
 * @param timeout after which one call is given up, and counts as a failure of the endpoint; in a
 *     route it is given up earlier when the endpoints after it would have no time left
 * @param maxTokensField what the endpoint calls the limit of an answer's tokens
 * @param omitted fields that the endpoint refuses and that are not sent
 * @param extras what it needs beyond the protocol
 */
public record EndpointConfiguration(
    String name,
    URI baseUrl,
    String model,
    Optional<String> apiKey,
    boolean jsonSchema,
    int maxInFlight,
    RateLimits rateLimits,
    Duration timeout,
    MaxTokensField maxTokensField,
    Set<OmittableField> omitted,
    EndpointExtras extras) {
  public static final int DEFAULT_MAX_IN_FLIGHT = 512;
  public static final Duration DEFAULT_TIMEOUT = Duration.ofMinutes(10);

  private static final int SHORTEST_SECRET = 8;

  public EndpointConfiguration {
    omitted = Set.copyOf(omitted);
  }

  /** One with all defaults and no key. */
  public static EndpointConfiguration of(String name, URI baseUrl, String model) {
    return new EndpointConfiguration(
        name,
        baseUrl,
        model,
        Optional.empty(),
        true,
        DEFAULT_MAX_IN_FLIGHT,
        RateLimits.none(),
        DEFAULT_TIMEOUT,
        MaxTokensField.MAX_TOKENS,
        Set.of(),
        EndpointExtras.none());
  }

  /** Names of the same limit; reasoning models of some providers know only the second. */
  public enum MaxTokensField {
    MAX_TOKENS,
    MAX_COMPLETION_TOKENS
  }

  /** Sampling parameters that some models do not take. */
  public enum OmittableField {
    TEMPERATURE,
    SEED
  }

  /** {@code text} without what is secret of this endpoint. */
  String withoutSecrets(String text) {
    String clean = text;
    if (apiKey.isPresent()) {
      clean = clean.replace(apiKey.get(), "***");
    }
    for (String value : extras.headers().values()) {
      // A word that an answer may well use is no secret.
      if (value.length() >= SHORTEST_SECRET) {
        clean = clean.replace(value, "***");
      }
    }
    return clean;
  }

  @Override
  public String toString() {
    return name + " (" + model + " at " + baseUrl + ")";
  }
}
