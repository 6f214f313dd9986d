package io.retort.worker;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.retort.tls.AuthorityFile;
import io.retort.tls.ClientTls;
import io.retort.tls.KeyPairFile;
import io.retort.tls.ServiceAddress;
import io.retort.tls.TlsFileException;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.ClientConfigTLS;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the connection to Temporal. Where {@code TEMPORAL_TLS_*} names files, they are read again
 * when they are replaced, as often as {@link ServerTls} does. Without TLS only a server of this
 * machine is reached, unless {@code TEMPORAL_TLS} is {@code false}.
 */
final class TemporalTls implements AutoCloseable {
  /**
   * A name as gRPC has it: {@code dns:HOST:PORT}, {@code dns:///HOST:PORT}, {@code dns://DNS/…}.
   */
  private static final Pattern DNS_NAME = Pattern.compile("dns:(?://[^/]*/)?([^/]+)");

  private final Optional<ClientTls> files;

  private TemporalTls(Optional<ClientTls> files) {
    this.files = files;
  }

  /**
   * @throws ConfigurationException if another machine would be reached without encryption, or a
   *     file cannot be used
   */
  static TemporalTls of(Environment environment, ClientConfigProfile profile) {
    ClientConfigTLS tls = profile.getTls();
    if (tls == null) {
      // With a key for the API the connection is encrypted without further settings.
      String apiKey = profile.getApiKey();
      if (apiKey == null || apiKey.isEmpty()) {
        requirePrivate(profile);
      }
      return new TemporalTls(Optional.empty());
    }
    if (Boolean.TRUE.equals(tls.isDisabled())
        || Boolean.TRUE.equals(tls.isDisableHostVerification())) {
      return new TemporalTls(Optional.empty());
    }
    Optional<Path> authorities = path(tls.getServerCACertPath());
    Optional<Path> certificate = path(tls.getClientCertPath());
    Optional<Path> key = path(tls.getClientKeyPath());
    if (certificate.isPresent() != key.isPresent()) {
      throw new ConfigurationException(
          "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH: one is not set (expected:"
              + " both, or none)");
    }
    boolean inVariables = tls.getServerCACertData() != null || tls.getClientCertData() != null;
    if (inVariables || (authorities.isEmpty() && certificate.isEmpty())) {
      return new TemporalTls(Optional.empty());
    }
    try {
      return new TemporalTls(
          Optional.of(
              ClientTls.of(
                  authorities.map(AuthorityFile::new),
                  certificate.map(file -> new KeyPairFile(file, key.orElseThrow())),
                  TlsFiles.reload(environment))));
    } catch (TlsFileException e) {
      throw new ConfigurationException("TEMPORAL_TLS_*: " + e.getMessage(), e);
    }
  }

  /** The variables' own context would keep the files that it has read at the start. */
  WorkflowServiceStubsOptions.Builder addTo(WorkflowServiceStubsOptions.Builder options)
      throws IOException {
    if (files.isPresent()) {
      SslContextBuilder context = GrpcSslContexts.forClient();
      files.get().trustManager().ifPresent(context::trustManager);
      files.get().keyManager().ifPresent(context::keyManager);
      options.setSslContext(context.build());
    }
    return options;
  }

  @Override
  public void close() {
    files.ifPresent(ClientTls::close);
  }

  private static void requirePrivate(ClientConfigProfile profile) {
    String address = profile.getAddress();
    if (address == null || address.isEmpty()) {
      return;
    }
    Matcher name = DNS_NAME.matcher(address.strip());
    try {
      ServiceAddress.parse(name.matches() ? name.group(1) : address).requirePrivate("runs");
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          "TEMPORAL_ADDRESS: "
              + address
              + ": runs would be sent without encryption (expected: TEMPORAL_TLS=true;"
              + " TEMPORAL_TLS=false if something else encrypts the connection)",
          e);
    }
  }

  private static Optional<Path> path(@Nullable String text) {
    return Optional.ofNullable(text).filter(path -> !path.isEmpty()).map(Path::of);
  }
}
