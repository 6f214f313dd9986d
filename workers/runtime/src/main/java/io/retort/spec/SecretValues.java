package io.retort.spec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.v1.EndpointHeader;
import io.retort.v1.EndpointSpec;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Keeps keys and passwords, which a spec must not contain but may, out of messages. */
final class SecretValues {
  static final String HIDDEN = "a value that is not shown because it may hold a key";

  private static final int MOST_CHARACTERS = 1_000;

  /** Messages whose every field is a place where a key is put by mistake. */
  private static final Set<String> TYPES =
      Set.of(
          EndpointSpec.getDescriptor().getFullName(), EndpointHeader.getDescriptor().getFullName());

  /** A user and password before a host. */
  private static final Pattern USER =
      Pattern.compile(
          "(?i)\\b(https?:/{1,2})\\S{0,1000}@|\\b([a-z][a-z0-9+.-]{0,20}://)[^/\\s]{0,1000}@");

  private static final Pattern QUERY =
      Pattern.compile("(?i)\\b(https?:/{1,2}[^?#\\s]{0,1000}[?#])[^\\s\"]+");
  private static final Pattern PARAMETER = Pattern.compile("([?&#][^=&\\s]{0,100}=)[^&\\s\"]+");
  private static final Pattern KEY =
      Pattern.compile("(?i)\\b(sk[-_]|hf_|bearer\\s{1,9})[a-z0-9_.-]{6,}");

  /** Whether a value of the field is not shown. */
  static boolean isHidden(FieldDescriptor field) {
    return isHidden(field.getContainingType());
  }

  static boolean isHidden(Descriptor type) {
    return TYPES.contains(type.getFullName());
  }

  /** The text without users and queries of URLs, and without what looks like a key. */
  static String without(String shown) {
    String text =
        shown.length() > MOST_CHARACTERS ? shown.substring(0, MOST_CHARACTERS) + "..." : shown;
    text = USER.matcher(text).replaceAll(found -> scheme(found.group(1), found.group(2)) + "...@");
    text = QUERY.matcher(text).replaceAll("$1...");
    text = PARAMETER.matcher(text).replaceAll("$1...");
    return KEY.matcher(text).replaceAll("$1...");
  }

  private static String scheme(@Nullable String web, @Nullable String other) {
    return web == null ? String.valueOf(other) : web;
  }

  private SecretValues() {}
}
