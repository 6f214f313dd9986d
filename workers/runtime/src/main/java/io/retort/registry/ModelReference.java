package io.retort.registry;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of a model as people name it: {@code NAME:vN}, {@code NAME:ALIAS} or {@code
 * NAME@sha256:HEX}. Exactly one of version, alias and content is set.
 *
 * @param version 0 unless the reference has a number
 * @param content lower-case hex SHA-256 of {@link ContentDigest}
 */
public record ModelReference(
    String model, int version, Optional<String> alias, Optional<String> content) {
  private static final String NAME = "[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?";
  private static final Pattern NAMES = Pattern.compile(NAME);
  private static final Pattern NUMBER = Pattern.compile("v[0-9]+");
  private static final Pattern REFERENCE =
      Pattern.compile(
          "(" + NAME + ")(?::v([1-9][0-9]{0,8})|:(" + NAME + ")|@sha256:([0-9a-f]{64}))");

  /** Empty for a text that is no reference. */
  public static Optional<ModelReference> parse(String text) {
    Matcher matcher = REFERENCE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String version = matcher.group(2);
    return Optional.of(
        new ModelReference(
            matcher.group(1),
            version == null ? 0 : Integer.parseInt(version),
            Optional.ofNullable(matcher.group(3)),
            Optional.ofNullable(matcher.group(4))));
  }

  /** Whether a model can have the name; anything else must not become a path. */
  public static boolean isName(String text) {
    return NAMES.matcher(text).matches();
  }

  /** Whether an alias can have the name: not one that reads as a version. */
  public static boolean isAlias(String text) {
    return isName(text) && !NUMBER.matcher(text).matches();
  }
}
