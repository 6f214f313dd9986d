package io.retort.client;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.retort.tls.AuthorityFile;
import io.retort.tls.ClientTls;
import io.retort.tls.KeyPairFile;
import io.retort.tls.ServiceAddress;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Settings of a {@link RetortClient}. */
public final class RetortClientBuilder {
  private static final String ADDRESS = "127.0.0.1:7400";

  /** In bytes; a page of runs has the spec of each, for which gRPC's default is too small. */
  private static final int LARGEST_ANSWER = 64 << 20;

  private String address = ADDRESS;
  private Token token = Token.of("");
  private boolean secret;
  private Optional<AuthorityFile> authorities = Optional.empty();
  private Optional<KeyPairFile> identity = Optional.empty();
  private Duration timeout = Duration.ofSeconds(30);
  private Duration retryFor = Duration.ofMinutes(1);
  private Duration reconnectFor = Duration.ofMinutes(10);

  RetortClientBuilder() {}

  /**
   * {@code https://HOST[:PORT]} for TLS; {@code HOST:PORT} without, for this machine; {@code
   * http://HOST:PORT} sends a token without encryption. Default: 127.0.0.1:7400.
   */
  public RetortClientBuilder address(String value) {
    address = value;
    return this;
  }

  /** The secret of an API token, or a JWT of the OIDC provider. Default: none. */
  public RetortClientBuilder token(String value) {
    secret = !value.isBlank();
    token = Token.of(value.strip());
    return this;
  }

  /**
   * A file with the token, which is read again when it is replaced.
   *
   * @throws UncheckedIOException if it cannot be read
   */
  public RetortClientBuilder tokenFile(Path file) {
    secret = true;
    token = Token.of(file);
    return this;
  }

  /**
   * Certificates in PEM of the authorities to trust, instead of those of Java. Read again when they
   * are replaced, like those of {@link #clientCertificate}.
   */
  public RetortClientBuilder trust(Path file) {
    authorities = Optional.of(new AuthorityFile(file));
    return this;
  }

  /** The client's own certificate chain and its key (PKCS #8) in PEM, for mTLS. */
  public RetortClientBuilder clientCertificate(Path certificate, Path key) {
    identity = Optional.of(new KeyPairFile(certificate, key));
    return this;
  }

  /** Of each attempt at a call with one answer. Default: 30 seconds. */
  public RetortClientBuilder timeout(Duration value) {
    timeout = value;
    return this;
  }

  /**
   * How long calls are repeated that may be: reads, launches, which have a request id, and the
   * beginning of a watch or a log. Default: one minute; zero: never.
   */
  public RetortClientBuilder retryFor(Duration value) {
    retryFor = value;
    return this;
  }

  /**
   * How long a watch or a log, once it has begun, tries to reach the control plane again. Default:
   * 10 minutes.
   */
  public RetortClientBuilder reconnectFor(Duration value) {
    reconnectFor = value;
    return this;
  }

  /**
   * Takes what is set of {@code RETORT_CONTROL_ADDRESS}, {@code RETORT_TOKEN} or {@code
   * RETORT_TOKEN_FILE}, {@code RETORT_TLS_CA}, {@code RETORT_TLS_CERT} and {@code RETORT_TLS_KEY}.
   *
   * @throws IllegalArgumentException if only one of the last two is set
   */
  public RetortClientBuilder environment(Map<String, String> variables) {
    value(variables, "RETORT_CONTROL_ADDRESS").ifPresent(this::address);
    value(variables, "RETORT_TOKEN_FILE").map(Path::of).ifPresent(this::tokenFile);
    value(variables, "RETORT_TOKEN").ifPresent(this::token);
    value(variables, "RETORT_TLS_CA").map(Path::of).ifPresent(this::trust);
    Optional<Path> certificate = value(variables, "RETORT_TLS_CERT").map(Path::of);
    Optional<Path> key = value(variables, "RETORT_TLS_KEY").map(Path::of);
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "RETORT_TLS_CERT and RETORT_TLS_KEY: one is not set (expected: both, or none)");
    }
    certificate.ifPresent(file -> clientCertificate(file, key.orElseThrow()));
    return this;
  }

  /**
   * Does not connect yet: the first call does.
   *
   * @throws IllegalArgumentException if the address is none, or the token would be sent without
   *     encryption to another machine
   * @throws io.retort.tls.TlsFileException if a certificate cannot be used
   */
  public RetortClient build() {
    ServiceAddress service = ServiceAddress.parse(address);
    if (secret) {
      service.requirePrivate("the token");
    }
    Optional<ClientTls> tls =
        service.tls()
            ? Optional.of(ClientTls.of(authorities, identity, ClientTls.RELOAD))
            : Optional.empty();
    ManagedChannelBuilder<?> channel =
        tls.<ManagedChannelBuilder<?>>map(
                files -> Grpc.newChannelBuilder(service.target(), files.credentials()))
            .orElseGet(() -> ManagedChannelBuilder.forTarget(service.target()).usePlaintext());
    ManagedChannel open =
        channel
            .intercept(new CallHeaders(token, timeout), new NamedAddress(address))
            .maxInboundMessageSize(LARGEST_ANSWER)
            .keepAliveTime(30, TimeUnit.SECONDS)
            .keepAliveTimeout(20, TimeUnit.SECONDS)
            .build();
    return new RetortClient(
        open,
        () -> {
          open.shutdownNow();
          tls.ifPresent(ClientTls::close);
        },
        retryFor,
        reconnectFor);
  }

  private static Optional<String> value(Map<String, String> variables, String name) {
    return Optional.of(variables.getOrDefault(name, "").strip()).filter(text -> !text.isEmpty());
  }
}
