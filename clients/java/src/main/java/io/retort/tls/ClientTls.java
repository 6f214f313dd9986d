package io.retort.tls;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS of a client: which servers it trusts, and the certificate by which servers know it. Files are
 * read again when they are replaced; connections that are open go on.
 */
public final class ClientTls implements AutoCloseable {
  /** How often files are looked at. */
  public static final Duration RELOAD = Duration.ofSeconds(60);

  private final Optional<AdvancedTlsX509TrustManager> trust;
  private final Optional<AdvancedTlsX509KeyManager> identity;
  private final @Nullable FileWatch watch;

  private ClientTls(
      Optional<AdvancedTlsX509TrustManager> trust,
      Optional<AdvancedTlsX509KeyManager> identity,
      @Nullable FileWatch watch) {
    this.trust = trust;
    this.identity = identity;
    this.watch = watch;
  }

  /**
   * @param authorities whose certificates are trusted; empty: those of Java
   * @param own the client's, for servers that ask for one
   * @param reload how often the files are looked at
   * @throws TlsFileException if a file cannot be used
   */
  public static ClientTls of(
      Optional<AuthorityFile> authorities, Optional<KeyPairFile> own, Duration reload) {
    Optional<AdvancedTlsX509TrustManager> trust = authorities.map(unused -> newTrust());
    Optional<AdvancedTlsX509KeyManager> identity =
        own.map(unused -> new AdvancedTlsX509KeyManager());
    Runnable read =
        () -> {
          trust.ifPresent(manager -> update(manager, authorities.orElseThrow()));
          identity.ifPresent(manager -> update(manager, own.orElseThrow()));
        };
    List<Path> files = new ArrayList<>();
    authorities.ifPresent(file -> files.add(file.path()));
    own.ifPresent(pair -> files.addAll(List.of(pair.certificate(), pair.key())));
    if (files.isEmpty()) {
      return new ClientTls(trust, identity, null);
    }
    read.run();
    return new ClientTls(trust, identity, FileWatch.start(files, reload, read));
  }

  /** For channels of gRPC. */
  public ChannelCredentials credentials() {
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    trustManager().ifPresent(credentials::trustManager);
    keyManager().ifPresent(credentials::keyManager);
    return credentials.build();
  }

  /** Empty: that of Java. */
  public Optional<TrustManager> trustManager() {
    return trust.map(manager -> manager);
  }

  /** Empty: the client has no certificate. */
  public Optional<KeyManager> keyManager() {
    return identity.map(manager -> manager);
  }

  /** Files are no longer read again. */
  @Override
  public void close() {
    if (watch != null) {
      watch.close();
    }
  }

  private static AdvancedTlsX509TrustManager newTrust() {
    try {
      return AdvancedTlsX509TrustManager.newBuilder().build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void update(AdvancedTlsX509TrustManager trust, AuthorityFile file) {
    try {
      trust.updateTrustCredentials(file.read());
    } catch (IOException | GeneralSecurityException e) {
      throw new TlsFileException(file.path() + ": " + e + " (expected: certificates, PEM)", e);
    }
  }

  private static void update(AdvancedTlsX509KeyManager identity, KeyPairFile file) {
    KeyPairFile.KeyPair pair = file.read();
    identity.updateIdentityCredentials(pair.chain(), pair.key());
  }
}
