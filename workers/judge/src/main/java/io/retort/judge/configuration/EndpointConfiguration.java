package io.retort.judge.configuration;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * An OpenAI-compatible endpoint.
 *
 * @param name that requests and routes use
 * @param baseUrl to which {@code /chat/completions} is appended
 * @param model sent with every call
 * @param revision of the model, which the caller raises when another model is served under the same
 *     name; empty for none
 * @param apiKey bearer token; never part of a message or of {@link #toString()}
 * @param jsonSchema whether the endpoint constrains answers by a JSON schema
 * @param maxInFlight largest number of concurrent calls of one worker, at least 1
 * @param rateLimits shared by all workers
 * @param timeout after which a single call fails, which counts as a failure of the endpoint; calls
 *     in a route fail earlier when the endpoints after it would have no time left
 * @param maxTokensField name of the field that limits the tokens of an answer
 * @param omitted fields that the endpoint refuses, which are not sent
 * @param extras additions to the protocol
 */
public record EndpointConfiguration(
    String name,
    URI baseUrl,
    String model,
    String revision,
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

  /** An endpoint with all defaults and without a key. */
  public static EndpointConfiguration of(String name, URI baseUrl, String model) {
    return new EndpointConfiguration(
        name,
        baseUrl,
        model,
        "",
        Optional.empty(),
        true,
        DEFAULT_MAX_IN_FLIGHT,
        RateLimits.none(),
        DEFAULT_TIMEOUT,
        MaxTokensField.MAX_TOKENS,
        Set.of(),
        EndpointExtras.none());
  }

  /** Identifies the model to a cache: {@code model@revision}, or the model alone. */
  public String modelVersion() {
    return revision.isEmpty() ? model : model + "@" + revision;
  }

  /** Field names of the limit; reasoning models of some providers accept only the second. */
  public enum MaxTokensField {
    MAX_TOKENS,
    MAX_COMPLETION_TOKENS
  }

  /** Sampling parameters that some models refuse. */
  public enum OmittableField {
    TEMPERATURE,
    SEED
  }

  /** Replaces the secrets of this endpoint in {@code text} by asterisks. */
  public String withoutSecrets(String text) {
    String clean = text;
    if (apiKey.isPresent()) {
      clean = clean.replace(apiKey.get(), "***");
    }
    for (String value : extras.headers().values()) {
      // A short value may be an ordinary word of an answer.
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
