package io.retort.identity;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that a form was sent from a page of this server. The proof is derived from the session's
 * cookie, so nothing is stored: a page that another site serves can neither read nor compute it.
 */
public final class Csrf {
  /** Name of the form field. */
  public static final String FIELD = "csrf";

  /** Name of the header of a call that a page makes by script. */
  public static final String HEADER = "x-csrf-token";

  private static final String ALGORITHM = "HmacSHA256";
  private static final byte[] PURPOSE = "retort csrf".getBytes(StandardCharsets.US_ASCII);

  /** The proof for the pages of a session; empty for a request without one. */
  public static String token(String cookieHeader) {
    return Sessions.secret(cookieHeader).map(Csrf::derive).orElse("");
  }

  /**
   * Whether the proof is that of the request's session; false for a request without a session.
   * Where authentication is off there are no sessions, and so no proofs.
   */
  public static boolean matches(String cookieHeader, String proof) {
    String expected = token(cookieHeader);
    return !expected.isEmpty()
        && MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8), proof.getBytes(StandardCharsets.UTF_8));
  }

  private static String derive(String secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), ALGORITHM));
      return HexFormat.of().formatHex(mac.doFinal(PURPOSE));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  private Csrf() {}
}
