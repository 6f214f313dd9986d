package io.retort.worker;

import com.linecorp.armeria.common.TlsKeyPair;
import com.linecorp.armeria.common.TlsProvider;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerTlsConfig;
import io.netty.handler.ssl.ClientAuth;
import io.retort.tls.AuthorityFile;
import io.retort.tls.FileWatch;
import io.retort.tls.KeyPairFile;
import io.retort.tls.TlsFileException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a server's port: {@code RETORT_TLS_CERT} and {@code RETORT_TLS_KEY} name files in PEM.
 * With {@code RETORT_TLS_CLIENT_CA} only clients with a certificate of these authorities can
 * connect. Files are looked at every {@code RETORT_TLS_RELOAD_SECONDS} (60) and read again when
 * they are replaced; connections that are open go on. Without a certificate a server listens on
 * loopback only, unless {@code RETORT_TLS} is {@code off}.
 */
public final class ServerTls {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);

  /**
   * Makes the server listen.
   *
   * @throws ConfigurationException if a file cannot be used, or other machines would reach the
   *     server without encryption
   */
  public static void listen(
      ServerBuilder server, Environment environment, InetSocketAddress address) {
    if (address.isUnresolved()) {
      throw new ConfigurationException(
          "RETORT_HOST: " + address.getHostString() + " (expected: an address of this machine)");
    }
    Optional<KeyPairFile> own = TlsFiles.own(environment);
    if (own.isEmpty()) {
      requirePrivate(environment, address);
      server.http(address);
      return;
    }
    Optional<AuthorityFile> clients =
        TlsFiles.file(environment, "RETORT_TLS_CLIENT_CA").map(AuthorityFile::new);
    server
        .https(address)
        .tlsProvider(
            Provider.start(environment, own.get(), clients),
            ServerTlsConfig.builder()
                .clientAuth(clients.isEmpty() ? ClientAuth.NONE : ClientAuth.REQUIRE)
                .build());
  }

  private static void requirePrivate(Environment environment, InetSocketAddress address) {
    String setting = environment.get("RETORT_TLS", "").strip().toLowerCase(Locale.ROOT);
    if (!setting.isEmpty() && !setting.equals("off")) {
      throw new ConfigurationException(
          "RETORT_TLS: "
              + setting
              + " (expected: off, or not set; RETORT_TLS_CERT and RETORT_TLS_KEY turn TLS on)");
    }
    if (address.getAddress().isLoopbackAddress()) {
      return;
    }
    if (setting.isEmpty()) {
      throw new ConfigurationException(
          "RETORT_TLS_CERT: not set while RETORT_HOST is "
              + address.getHostString()
              + ", which other machines reach (expected: RETORT_TLS_CERT and RETORT_TLS_KEY;"
              + " RETORT_TLS=off if something else encrypts the connections)");
    }
    LOG.warn("{} is served without TLS, as RETORT_TLS=off says", address);
  }

  /** The newest files that could be used. */
  private static final class Provider implements TlsProvider {
    private final KeyPairFile own;
    private final Optional<AuthorityFile> clients;
    private volatile TlsKeyPair pair;
    private volatile List<X509Certificate> trusted;
    private final FileWatch watch;

    private Provider(Environment environment, KeyPairFile own, Optional<AuthorityFile> clients) {
      this.own = own;
      this.clients = clients;
      pair = readPair();
      trusted = readTrusted();
      List<Path> files = new ArrayList<>(List.of(own.certificate(), own.key()));
      clients.ifPresent(file -> files.add(file.path()));
      watch = FileWatch.start(files, TlsFiles.reload(environment), this::read);
    }

    static Provider start(
        Environment environment, KeyPairFile own, Optional<AuthorityFile> clients) {
      try {
        return new Provider(environment, own, clients);
      } catch (TlsFileException e) {
        throw new ConfigurationException("RETORT_TLS_*: " + e.getMessage(), e);
      }
    }

    @Override
    public TlsKeyPair keyPair(String hostname) {
      return pair;
    }

    @Override
    public List<X509Certificate> trustedCertificates(String hostname) {
      return trusted;
    }

    @Override
    public void close() {
      watch.close();
    }

    private void read() {
      TlsKeyPair next = readPair();
      trusted = readTrusted();
      pair = next;
    }

    private TlsKeyPair readPair() {
      KeyPairFile.KeyPair read = own.read();
      return TlsKeyPair.of(read.key(), read.chain());
    }

    private List<X509Certificate> readTrusted() {
      return clients.map(file -> List.of(file.read())).orElse(List.of());
    }
  }

  private ServerTls() {}
}
