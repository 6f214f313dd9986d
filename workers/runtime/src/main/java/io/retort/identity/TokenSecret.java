package io.retort.identity;

import io.retort.store.Hashes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * The secret of an API token: {@code rtk_}, 64 hex digits of randomness, and 8 of a checksum, by
 * which a typing error is found without a look at the store.
 */
public final class TokenSecret {
  /** How every token begins, for scanners of leaked secrets. */
  public static final String PREFIX = "rtk_";

  private static final int RANDOM_BYTES = 32;
  private static final int ID_DIGITS = 20;
  private static final Pattern SHAPE = Pattern.compile("rtk_[0-9a-f]{72}");

  private final String text;

  private TokenSecret(String text) {
    this.text = text;
  }

  public static TokenSecret generate(SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String body = PREFIX + HexFormat.of().formatHex(bytes);
    return new TokenSecret(body + checksum(body));
  }

  /** Empty for a text that was never a token. */
  public static Optional<TokenSecret> parse(String text) {
    if (!SHAPE.matcher(text).matches()) {
      return Optional.empty();
    }
    String body = text.substring(0, PREFIX.length() + 2 * RANDOM_BYTES);
    return text.endsWith(checksum(body)) ? Optional.of(new TokenSecret(text)) : Optional.empty();
  }

  /** Names the token wherever it is shown; tells nothing about the secret. */
  public String tokenId() {
    return sha256().substring(0, ID_DIGITS);
  }

  /** Lower-case hex SHA-256. */
  public String sha256() {
    return sha256(text);
  }

  /** Whether the hash is that of this secret; takes the same time whatever differs. */
  public boolean matches(String sha256) {
    return MessageDigest.isEqual(
        sha256().getBytes(StandardCharsets.US_ASCII), sha256.getBytes(StandardCharsets.US_ASCII));
  }

  /** The secret itself, for its owner alone. */
  public String reveal() {
    return text;
  }

  /** Without the secret, so that no log can have it. */
  @Override
  public String toString() {
    return "token " + tokenId();
  }

  /** Lower-case hex SHA-256 of a secret text. */
  static String sha256(String secret) {
    return HexFormat.of()
        .formatHex(Hashes.sha256().digest(secret.getBytes(StandardCharsets.UTF_8)));
  }

  private static String checksum(String body) {
    CRC32 crc = new CRC32();
    crc.update(body.getBytes(StandardCharsets.US_ASCII));
    String digits = Long.toHexString(crc.getValue()).toLowerCase(Locale.ROOT);
    return "0".repeat(8 - digits.length()) + digits;
  }
}
