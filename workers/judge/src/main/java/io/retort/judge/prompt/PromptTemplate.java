package io.retort.judge.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with placeholders, parsed once.
 *
 * <p>{@code {{word:x}}} inserts a trusted word, {@code {{data:x}}} a delimited block of untrusted
 * text, {@code {{text:x}}} untrusted text without delimiters. Inserted text is never parsed for
 * placeholders.
 */
final class PromptTemplate {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(word|data|text):([a-z_]+)}}");

  private final List<Part> parts = new ArrayList<>();
  private final int length;

  PromptTemplate(String text) {
    Matcher matcher = PLACEHOLDER.matcher(text);
    int from = 0;
    while (matcher.find()) {
      parts.add(new Literal(text.substring(from, matcher.start())));
      parts.add(new Placeholder(kind(matcher.group(1)), matcher.group(2)));
      from = matcher.end();
    }
    parts.add(new Literal(text.substring(from)));
    length = text.length();
  }

  /** Placeholders of {@code text}, with their braces. */
  static Set<String> placeholders(String text) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group());
    }
    return found;
  }

  /**
   * @throws IllegalArgumentException when a placeholder has no value
   */
  String fill(Map<String, String> values) {
    int expected = length;
    for (String value : values.values()) {
      expected += value.length();
    }
    StringBuilder text = new StringBuilder(expected + expected / 16);
    for (Part part : parts) {
      if (part instanceof Literal literal) {
        text.append(literal.text());
      } else if (part instanceof Placeholder placeholder) {
        placeholder.insert(text, values);
      }
    }
    return text.toString();
  }

  private static Kind kind(String name) {
    return switch (name) {
      case "word" -> Kind.WORD;
      case "data" -> Kind.DATA;
      case "text" -> Kind.TEXT;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private enum Kind {
    WORD,
    DATA,
    TEXT
  }

  private sealed interface Part {}

  private record Literal(String text) implements Part {}

  private record Placeholder(Kind kind, String name) implements Part {
    void insert(StringBuilder text, Map<String, String> values) {
      String value = values.get(name);
      if (value == null) {
        throw new IllegalArgumentException("no value for " + name);
      }
      switch (kind) {
        case WORD -> text.append(value);
        case DATA -> DataText.appendBlock(text, name, value);
        case TEXT -> DataText.appendWithoutControlTokens(text, value);
      }
    }
  }
}
