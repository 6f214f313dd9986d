package io.retort.control;

import com.google.common.hash.Hashing;
import com.google.common.io.BaseEncoding;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names of runs: also workflow ids and folders of the store. */
final class RunIds {
  private static final Pattern VALID = Pattern.compile("[a-z0-9][a-z0-9-]{0,99}");
  private static final Pattern VALID_REQUEST = Pattern.compile("[A-Za-z0-9-]{0,64}");
  private static final BaseEncoding BASE_32 = BaseEncoding.base32().lowerCase().omitPadding();
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int RANDOM_CHARACTERS = 6;
  private static final int HASH_CHARACTERS = 16;

  private final Clock clock;
  private final SecureRandom random;

  RunIds(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /** {@code <name>-<yyyymmdd>-<6 random characters>}. */
  String next(String name) {
    byte[] bytes = new byte[5];
    random.nextBytes(bytes);
    return name
        + "-"
        + DATE.format(clock.instant())
        + "-"
        + BASE_32.encode(bytes).substring(0, RANDOM_CHARACTERS);
  }

  /** The same id for the same name and request, independent of the date. */
  static String ofRequest(String name, String requestId) {
    byte[] hash = Hashing.sha256().hashString(requestId, StandardCharsets.UTF_8).asBytes();
    return name + "-" + BASE_32.encode(hash).substring(0, HASH_CHARACTERS);
  }

  /** Whether the text can be the id of a run; any other text must not become a path. */
  static boolean isValid(String runId) {
    return VALID.matcher(runId).matches();
  }

  static boolean isValidRequest(String requestId) {
    return VALID_REQUEST.matcher(requestId).matches();
  }
}
