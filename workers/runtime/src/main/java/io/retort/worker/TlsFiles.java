package io.retort.worker;

import io.retort.tls.AuthorityFile;
import io.retort.tls.ClientTls;
import io.retort.tls.KeyPairFile;
import io.retort.tls.TlsFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The files of TLS that the environment names. */
public final class TlsFiles {
  /**
   * Of a client of other processes: {@code RETORT_TLS_CA} names the authorities that it trusts
   * instead of those of Java, {@code RETORT_TLS_CERT} and {@code RETORT_TLS_KEY} its own
   * certificate. They are read again as those of {@link ServerTls}.
   *
   * @throws ConfigurationException if a file cannot be used
   */
  public static ClientTls client(Environment environment) {
    try {
      return ClientTls.of(
          file(environment, "RETORT_TLS_CA").map(AuthorityFile::new),
          own(environment),
          reload(environment));
    } catch (TlsFileException e) {
      throw new ConfigurationException("RETORT_TLS_*: " + e.getMessage(), e);
    }
  }

  static Optional<KeyPairFile> own(Environment environment) {
    Optional<Path> certificate = file(environment, "RETORT_TLS_CERT");
    Optional<Path> key = file(environment, "RETORT_TLS_KEY");
    if (certificate.isPresent() != key.isPresent()) {
      throw new ConfigurationException(
          "RETORT_TLS_CERT and RETORT_TLS_KEY: one is not set (expected: both, or none)");
    }
    return certificate.map(path -> new KeyPairFile(path, key.orElseThrow()));
  }

  static Optional<Path> file(Environment environment, String name) {
    return Optional.of(environment.get(name, "")).filter(path -> !path.isEmpty()).map(Path::of);
  }

  /** How often files are looked at. */
  static Duration reload(Environment environment) {
    int seconds =
        environment.integer("RETORT_TLS_RELOAD_SECONDS", (int) ClientTls.RELOAD.toSeconds());
    if (seconds < 1) {
      throw new ConfigurationException(
          "RETORT_TLS_RELOAD_SECONDS: " + seconds + " (expected: at least 1)");
    }
    return Duration.ofSeconds(seconds);
  }

  private TlsFiles() {}
}
