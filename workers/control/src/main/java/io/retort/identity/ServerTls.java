package io.retort.identity;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.netty.handler.ssl.ClientAuth;
import io.retort.worker.ConfigurationException;
import io.retort.worker.DaemonThreads;
import io.retort.worker.Environment;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of the server's port: {@code RETORT_TLS_CERT} and {@code RETORT_TLS_KEY} name files in PEM,
 * which are read again every {@code RETORT_TLS_RELOAD_SECONDS} (60). With {@code
 * RETORT_TLS_CLIENT_CA} only clients with a certificate of these authorities can connect.
 */
public final class ServerTls {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
  private static final int RELOAD_SECONDS = 60;

  /**
   * Makes the server listen.
   *
   * @throws ConfigurationException if a file is missing or no certificate
   */
  public static void listen(
      ServerBuilder server, Environment environment, InetSocketAddress address) {
    String certificate = environment.get("RETORT_TLS_CERT", "");
    String key = environment.get("RETORT_TLS_KEY", "");
    if (certificate.isEmpty() != key.isEmpty()) {
      throw new ConfigurationException(
          "RETORT_TLS_CERT and RETORT_TLS_KEY: one is not set (expected: both, or none)");
    }
    if (certificate.isEmpty()) {
      if (!address.getAddress().isLoopbackAddress()) {
        LOG.warn(
            "{} is served without TLS: tokens can be read on the way (expected: RETORT_TLS_CERT and"
                + " RETORT_TLS_KEY, or a proxy that encrypts)",
            address);
      }
      server.http(address);
      return;
    }
    KeyPairFiles files = new KeyPairFiles(new File(certificate), new File(key));
    String authorities = environment.get("RETORT_TLS_CLIENT_CA", "");
    List<X509Certificate> trusted =
        authorities.isEmpty() ? List.of() : certificates(Path.of(authorities));
    Duration period =
        Duration.ofSeconds(environment.integer("RETORT_TLS_RELOAD_SECONDS", RELOAD_SECONDS));
    server
        .https(address)
        .tlsProvider(
            TlsProvider.ofScheduled(
                files::read,
                trusted,
                pair -> LOG.info("the certificate of {} is read", certificate),
                period,
                Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("tls"))),
            ServerTlsConfig.builder()
                .clientAuth(trusted.isEmpty() ? ClientAuth.NONE : ClientAuth.REQUIRE)
                .build());
  }

  private static List<X509Certificate> certificates(Path file) {
    try (InputStream input = new BufferedInputStream(Files.newInputStream(file))) {
      List<X509Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(input).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!found.isEmpty()) {
        return found;
      }
    } catch (IOException | CertificateException e) {
      throw new ConfigurationException(
          "RETORT_TLS_CLIENT_CA: "
              + file
              + ": "
              + e.getMessage()
              + " (expected: certificates, PEM)",
          e);
    }
    throw new ConfigurationException(
        "RETORT_TLS_CLIENT_CA: " + file + ": has no certificate (expected: certificates, PEM)");
  }

  /** The newest pair that could be read: files may be replaced one after the other. */
  private static final class KeyPairFiles {
    private final File certificate;
    private final File key;
    private volatile TlsKeyPair last;

    KeyPairFiles(File certificate, File key) {
      this.certificate = certificate;
      this.key = key;
      try {
        this.last = TlsKeyPair.of(key, certificate);
      } catch (RuntimeException e) {
        throw new ConfigurationException(
            "RETORT_TLS_CERT, RETORT_TLS_KEY: "
                + certificate
                + ", "
                + key
                + ": "
                + e.getMessage()
                + " (expected: a certificate chain and its key, in PEM)",
            e);
      }
    }

    TlsKeyPair read() {
      try {
        last = TlsKeyPair.of(key, certificate);
      } catch (RuntimeException e) {
        LOG.warn("{} or {} cannot be read; the earlier ones stay in use", certificate, key, e);
      }
      return last;
    }
  }

  private ServerTls() {}
}
