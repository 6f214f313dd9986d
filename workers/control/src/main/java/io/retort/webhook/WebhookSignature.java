package io.retort.webhook;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Signatures as Standard Webhooks defines them: HMAC-SHA256 of {@code ID.TIMESTAMP.BODY} in base64,
 * after {@code v1,}; several are separated by a space.
 */
public final class WebhookSignature {
  public static final String ID = "webhook-id";
  public static final String TIMESTAMP = "webhook-timestamp";
  public static final String SIGNATURE = "webhook-signature";

  /** How far the sender's clock may be from ours, in both directions. */
  public static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final String VERSION = "v1,";
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");
  private static final int LONGEST_ID = 256;
  private static final int MOST_SIGNATURES = 10;

  /**
   * The value of {@link #SIGNATURE}, with a signature for each secret.
   *
   * @param id without a full stop
   */
  public static String sign(String id, Instant time, byte[] body, List<WebhookSecret> secrets) {
    byte[] content = content(id, Long.toString(time.getEpochSecond()), body);
    return secrets.stream()
        .map(secret -> VERSION + Base64.getEncoder().encodeToString(secret.hmac(content)))
        .collect(Collectors.joining(" "));
  }

  /**
   * Whether one of the secrets has made one of the signatures, over exactly these bytes, in the
   * last minutes. Takes as long for a wrong signature as for a right one. That a message is not
   * received twice is for the caller to see to, by its id.
   *
   * @param id of the header {@link #ID}, and so on; empty for a header that is missing
   */
  public static boolean verify(
      String id,
      String timestamp,
      String signatures,
      byte[] body,
      List<WebhookSecret> secrets,
      Instant now) {
    if (id.isEmpty()
        || id.length() > LONGEST_ID
        || id.indexOf('.') >= 0
        || !SECONDS.matcher(timestamp).matches()) {
      return false;
    }
    Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(timestamp)), now).abs();
    boolean fresh = age.compareTo(TOLERANCE) <= 0;
    byte[] content = content(id, timestamp, body);
    boolean signed = false;
    for (WebhookSecret secret : secrets) {
      byte[] expected = Base64.getEncoder().encode(secret.hmac(content));
      String[] given = signatures.split(" ", MOST_SIGNATURES + 1);
      for (int index = 0; index < Math.min(given.length, MOST_SIGNATURES); index++) {
        if (given[index].startsWith(VERSION)) {
          byte[] signature =
              given[index].substring(VERSION.length()).getBytes(StandardCharsets.UTF_8);
          signed |= MessageDigest.isEqual(expected, signature);
        }
      }
    }
    return signed && fresh;
  }

  private static byte[] content(String id, String timestamp, byte[] body) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
    content.writeBytes(body);
    return content.toByteArray();
  }

  private WebhookSignature() {}
}
