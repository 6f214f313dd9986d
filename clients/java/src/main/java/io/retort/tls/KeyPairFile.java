package io.retort.tls;

import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;

/**
 * A certificate chain and its key as two files in PEM; the key is a PKCS #8 one.
 *
 * @param certificate begins with the certificate of the key
 */
public record KeyPairFile(Path certificate, Path key) {
  private static final byte[] PROBE = "probe".getBytes(StandardCharsets.US_ASCII);

  /** What the files contain. */
  @SuppressWarnings("ArrayRecordComponent") // As key managers want it.
  public record KeyPair(PrivateKey key, X509Certificate[] chain) {}

  /**
   * Reads both files.
   *
   * @throws TlsFileException if one cannot be read, or the key is not that of the certificate, as
   *     between the replacement of the one and of the other
   */
  public KeyPair read() {
    try {
      X509Certificate[] chain =
          CertificateUtils.getX509Certificates(
              new ByteArrayInputStream(Files.readAllBytes(certificate)));
      PrivateKey secret =
          CertificateUtils.getPrivateKey(new ByteArrayInputStream(Files.readAllBytes(key)));
      if (chain.length == 0) {
        throw new TlsFileException(certificate + ": has no certificate (expected: PEM)");
      }
      if (!match(secret, chain[0].getPublicKey())) {
        throw new TlsFileException(
            key + ": is not the key of the certificate in " + certificate + " (expected: its key)");
      }
      return new KeyPair(secret, chain);
    } catch (IOException | GeneralSecurityException e) {
      throw new TlsFileException(
          certificate
              + ", "
              + key
              + ": "
              + e
              + " (expected: a certificate chain and its key, PEM, the key in PKCS #8)",
          e);
    }
  }

  private static boolean match(PrivateKey secret, PublicKey open) throws GeneralSecurityException {
    if (!secret.getAlgorithm().equals(open.getAlgorithm())) {
      return false;
    }
    String algorithm =
        switch (open.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> open.getAlgorithm();
        };
    Signature signing = Signature.getInstance(algorithm);
    signing.initSign(secret);
    signing.update(PROBE);
    byte[] signature = signing.sign();
    Signature checking = Signature.getInstance(algorithm);
    checking.initVerify(open);
    checking.update(PROBE);
    return checking.verify(signature);
  }
}
