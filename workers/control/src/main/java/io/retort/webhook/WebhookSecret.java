package io.retort.webhook;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The key of a webhook's signatures. Its text form shows nothing of it. */
public final class WebhookSecret {
  private static final String PREFIX = "whsec_";
  private static final int SHORTEST = 24;
  private static final int LONGEST = 64;
  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] key;

  private WebhookSecret(byte[] key) {
    this.key = key;
  }

  /**
   * @param text {@code whsec_} and 24 to 64 bytes in base64; empty for any other text
   */
  public static Optional<WebhookSecret> parse(String text) {
    if (!text.startsWith(PREFIX)) {
      return Optional.empty();
    }
    try {
      byte[] key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
      return key.length < SHORTEST || key.length > LONGEST
          ? Optional.empty()
          : Optional.of(new WebhookSecret(key));
    } catch (IllegalArgumentException e) {
      // The message would quote the text.
      return Optional.empty();
    }
  }

  byte[] hmac(byte[] content) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is a part of every Java", e);
    }
  }

  @Override
  public String toString() {
    return PREFIX + "...";
  }
}
