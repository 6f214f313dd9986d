package io.retort.tls;

import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** Certificates of authorities to trust, in PEM. */
public record AuthorityFile(Path path) {
  /**
   * @return at least one
   * @throws TlsFileException if the file cannot be read or has no certificate
   */
  public X509Certificate[] read() {
    X509Certificate[] found;
    try {
      found =
          CertificateUtils.getX509Certificates(new ByteArrayInputStream(Files.readAllBytes(path)));
    } catch (IOException | CertificateException e) {
      throw new TlsFileException(path + ": " + e + " (expected: certificates, PEM)", e);
    }
    if (found.length == 0) {
      throw new TlsFileException(path + ": has no certificate (expected: certificates, PEM)");
    }
    return found;
  }
}
