package io.retort.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/**
 * A certificate that is its own authority, for {@code localhost} and 127.0.0.1, with its key, made
 * by the JDK's keytool.
 */
public record TestCertificate(X509Certificate certificate, Key key) {
  private static final String SECRET = "not-secret";
  private static final long LIMIT_SECONDS = 60;

  public static TestCertificate generate() {
    try {
      Path folder = Files.createTempDirectory("certificate");
      Path file = folder.resolve("store.p12");
      Process keytool =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-alias",
                  "own",
                  "-keyalg",
                  "EC",
                  "-groupname",
                  "secp256r1",
                  "-dname",
                  "CN=localhost",
                  "-ext",
                  "SAN=dns:localhost,ip:127.0.0.1",
                  "-validity",
                  "2",
                  "-storetype",
                  "PKCS12",
                  "-keystore",
                  file.toString(),
                  "-storepass",
                  SECRET)
              .inheritIO()
              .start();
      if (!keytool.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IllegalStateException("keytool has made no certificate");
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      try (InputStream input = Files.newInputStream(file)) {
        store.load(input, SECRET.toCharArray());
      }
      Files.delete(file);
      Files.delete(folder);
      return new TestCertificate(
          (X509Certificate) store.getCertificate("own"), store.getKey("own", SECRET.toCharArray()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Writes or replaces the certificate's file, and returns it. */
  public Path writeCertificate(Path file) throws IOException {
    return replace(file, pem());
  }

  /** Writes or replaces the key's file, and returns it. */
  public Path writeKey(Path file) throws IOException {
    return replace(file, pem("PRIVATE KEY", key.getEncoded()));
  }

  public String pem() {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** At once, as Kubernetes does. */
  public static Path replace(Path file, String content) throws IOException {
    Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), content);
    return Files.move(
        next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static String pem(String kind, byte[] content) {
    return "-----BEGIN "
        + kind
        + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
        + "\n-----END "
        + kind
        + "-----\n";
  }
}
