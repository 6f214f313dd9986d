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
 * Clients of S3 as the environment describes it, in the same way as the trainer's Python: {@code
 * AWS_ENDPOINT_URL_S3} before {@code AWS_ENDPOINT_URL} for a server of one's own, {@code
 * AWS_REGION}, and credentials by the default chain.
 */
final class S3Clients {
  /**
   * S3's protocol has clients repeat single requests on 5xx; whole calls are Temporal's to retry.
   */
  private static final int MOST_ATTEMPTS = 5;

  private static final int MOST_CONNECTIONS = 64;
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Less than the heartbeat timeout of an activity, which cannot heartbeat meanwhile. */
  private static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(20);

  /**
   * @throws ConfigurationException when the endpoint is no address
   */
  static S3Client of(Environment environment, AwsCredentialsProvider credentials) {
    S3ClientBuilder builder =
        S3Client.builder()
            .credentialsProvider(credentials)
            // Readers check an object's SHA-256 themselves, and not every server sends checksums.
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // Of the synchronous clients the one with a pool of its own; it also reads an answer
            // that comes before all of an upload has been sent, as refusals do.
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
      // A server of one's own seldom has a host name for each bucket, or regions; and there are
      // those that store the framing of a body sent in chunks, or with a checksum behind it.
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

  /** The region of the profile or the machine; any will do, a bucket elsewhere is found. */
  private static Region found() {
    try {
      return new DefaultAwsRegionProviderChain().getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }

  private S3Clients() {}
}
