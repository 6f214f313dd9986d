package io.retort.store;

import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Clients of S3, configured by the environment in the same way as the trainer's Python client:
 * {@code AWS_ENDPOINT_URL_S3}, or else {@code AWS_ENDPOINT_URL}, for a server other than Amazon's,
 * {@code AWS_REGION}, and credentials by the default chain.
 */
final class S3Clients {
  /**
   * S3's protocol expects clients to repeat single requests on 5xx; Temporal retries whole
   * activities.
   */
  private static final int MOST_ATTEMPTS = 5;

  private static final int MOST_CONNECTIONS = 64;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Below the heartbeat timeout of an activity, which cannot heartbeat while it waits. */
  private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(20);

  /**
   * @throws ConfigurationException if the endpoint is not a valid address
   */
  static S3Client of(Environment environment, AwsCredentialsProvider credentials) {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            // Readers check an object's SHA-256 themselves, and some servers send no checksums.
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // The synchronous client that has its own connection pool. It also reads a response
            // that arrives before the whole upload has been sent, as refusals do.
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(MOST_CONNECTIONS)
                    .connectionTimeout(CONNECT_TIMEOUT)
                    .connectionAcquisitionTimeout(SILENCE_TIMEOUT)
                    .socketTimeout(SILENCE_TIMEOUT))
            .overrideConfiguration(
                configuration ->
                    configuration.retryStrategy(
                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                            .maxAttempts(MOST_ATTEMPTS)
                            .build()));
    Optional<URI> endpoint = endpoint(environment);
    if (endpoint.isPresent()) {
      // Servers other than Amazon's rarely have host names per bucket, or regions. Some of them
      // store the framing of chunked bodies, or of trailing checksums, as part of the object.
      builder
          .endpointOverride(endpoint.get())
          .forcePathStyle(true)
          .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
          .serviceConfiguration(configuration -> configuration.chunkedEncodingEnabled(false))
          .region(named(environment).orElse(Region.US_EAST_1));
    } else {
      builder.crossRegionAccessEnabled(true).region(named(environment).orElseGet(S3Clients::found));
    }
    return builder.build();
  }

  private static Optional<URI> endpoint(Environment environment) {
    for (String variable : new String[] {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}) {
      String value = environment.get(variable, "");
      if (value.isEmpty()) {
        continue;
      }
      if (!value.matches("https?://[^/\\s]+.*")) {
        throw new ConfigurationException(
            variable + ": " + value + " (expected: http://... or https://...)");
      }
      return Optional.of(URI.create(value));
    }
    return Optional.empty();
  }

  private static Optional<Region> named(Environment environment) {
    return Stream.of("AWS_REGION", "AWS_DEFAULT_REGION")
        .map(variable -> environment.get(variable, ""))
        .filter(region -> !region.isEmpty())
        .findFirst()
        .map(Region::of);
  }

  /**
   * The region of the profile or the machine. Any region works, because buckets in other regions
   * are found.
   */
  private static Region found() {
    try {
      return new DefaultAwsRegionProviderChain().getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }

  private S3Clients() {}
}
