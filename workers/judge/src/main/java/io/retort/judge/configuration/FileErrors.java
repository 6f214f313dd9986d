package io.retort.judge.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Reads values of a file and collects their errors, which are reported together. */
final class FileErrors {
  private static final Pattern SECRET =
      Pattern.compile("[@?#=%]|(?i)\\bsk[-_]|bearer |[a-z0-9_-]{24}");

  private static final Pattern SECRET_KEY =
      Pattern.compile("[@?#=%]|(?i)(?<![a-z0-9])sk[-_]|[a-z0-9]{20}");

  private final List<String> found = new ArrayList<>();

  void add(String path, String value, String expected) {
    found.add(path + ": " + value + " (expected: " + expected + ")");
  }

  int count() {
    return found.size();
  }

  List<String> all() {
    return List.copyOf(found);
  }

  /**
   * The path of a key as messages show it, without one that may be a secret.
   *
   * @param parent empty for the root
   * @param position of the key in its mapping, from 1
   */
  static String child(String parent, String key, int position) {
    String shown =
        mayBeSecret(key)
            ? "(key " + position + ", which is not shown because it may be a secret)"
            : key;
    return parent.isEmpty() ? shown : parent + "." + shown;
  }

  /** As {@link #child(String, String, int)}, for a key of {@code mapping}. */
  static String child(String parent, String key, JsonNode mapping) {
    int position = 1;
    for (Iterator<String> keys = mapping.fieldNames(); keys.hasNext(); position++) {
      if (keys.next().equals(key)) {
        break;
      }
    }
    return child(parent, key, position);
  }

  static boolean mayBeSecret(String key) {
    return SECRET_KEY.matcher(key).find();
  }

  /** A value as messages show it, without any that may hold a key. */
  static String shown(JsonNode node) {
    if (node.isMissingNode() || node.isNull()) {
      return "missing";
    }
    if (node.isContainerNode() && !node.isEmpty()) {
      return node.isArray() ? "a list" : "a mapping";
    }
    return node.isTextual() && SECRET.matcher(node.textValue()).find()
        ? "a text that is not shown because it may hold a key"
        : node.toString();
  }

  void checkKeys(String path, JsonNode object, Set<String> known) {
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String key = field.getKey();
      if (!known.contains(key)) {
        String nearest =
            known.stream()
                .min(Comparator.comparingInt(candidate -> distance.apply(candidate, key)))
                .orElseThrow();
        add(
            child(path, key, object),
            "unknown key",
            "one of " + String.join(", ", new TreeSet<>(known)) + "; nearest: " + nearest);
      }
    }
  }

  String text(String path, JsonNode node, String expected) {
    if (!node.isTextual() || node.textValue().isBlank()) {
      add(path, shown(node), expected);
    }
    return node.asText("");
  }

  boolean bool(String path, JsonNode node, boolean fallback) {
    if (!node.isMissingNode() && !node.isBoolean()) {
      add(path, shown(node), "true or false");
    }
    return node.asBoolean(fallback);
  }

  /** Empty if the node is missing or invalid. */
  OptionalLong integer(String path, JsonNode node, long smallest, long largest) {
    if (node.isMissingNode()) {
      return OptionalLong.empty();
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < smallest
        || node.longValue() > largest) {
      add(path, shown(node), smallest + " to " + largest);
      return OptionalLong.empty();
    }
    return OptionalLong.of(node.longValue());
  }

  /** The constant that {@code node} names in lower case; an error and {@code fallback} if none. */
  <E extends Enum<E>> E constant(String path, JsonNode node, E fallback) {
    List<String> names = new ArrayList<>();
    for (E candidate : fallback.getDeclaringClass().getEnumConstants()) {
      String name = candidate.name().toLowerCase(Locale.ROOT);
      if (name.equals(node.textValue())) {
        return candidate;
      }
      names.add(name);
    }
    add(path, shown(node), String.join(" or ", names));
    return fallback;
  }
}
