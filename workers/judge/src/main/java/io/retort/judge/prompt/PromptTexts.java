package io.retort.judge.prompt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.v1.PromptFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The texts of the prompts by file name: built-in resources and their replacements. */
final class PromptTexts {
  static final String SCHEMA = ".schema.json";

  private static final int LARGEST_CHARACTERS = 64 << 10;
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final PromptTexts BUILT_IN = new PromptTexts(readResources());

  private final Map<String, String> texts;

  private PromptTexts(Map<String, String> texts) {
    this.texts = texts;
  }

  static PromptTexts builtIn() {
    return BUILT_IN;
  }

  /**
   * These texts with replacements for the files of the same names.
   *
   * @throws JudgeException INVALID_ARGUMENT when a replacement has no file to replace, is given
   *     twice, lacks or adds a placeholder, or is a schema that does not require the same
   *     properties
   */
  PromptTexts with(Collection<PromptFile> replacements) {
    Map<String, String> merged = new TreeMap<>(texts);
    Set<String> seen = new HashSet<>();
    for (PromptFile replacement : replacements) {
      String name = replacement.getName();
      String original = texts.get(name);
      if (original == null) {
        throw invalid(name, "unknown", "one of " + String.join(", ", texts.keySet()));
      }
      if (!seen.add(name)) {
        throw invalid(name, "given twice", "each file once");
      }
      check(name, original, replacement.getText());
      merged.put(name, replacement.getText().strip());
    }
    return new PromptTexts(merged);
  }

  /**
   * @throws IllegalStateException when there is none
   */
  String required(String name) {
    return optional(name)
        .orElseThrow(() -> new IllegalStateException("no prompt resource " + name));
  }

  Optional<String> optional(String name) {
    return Optional.ofNullable(texts.get(name));
  }

  static JsonNode parseSchema(String name, String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("prompt resource " + name, e);
    }
  }

  private static void check(String name, String original, String text) {
    if (text.isBlank()) {
      throw invalid(name, "empty", "a text");
    }
    if (text.length() > LARGEST_CHARACTERS) {
      throw invalid(
          name, text.length() + " characters", "at most " + LARGEST_CHARACTERS + " characters");
    }
    if (name.endsWith(SCHEMA)) {
      checkSchema(name, original, text);
      return;
    }
    Set<String> expected = PromptTemplate.placeholders(original);
    Set<String> given = PromptTemplate.placeholders(text);
    Set<String> missing = difference(expected, given);
    if (!missing.isEmpty()) {
      throw invalid(
          name,
          "without " + String.join(", ", missing),
          "every placeholder of the built-in file: " + String.join(", ", expected));
    }
    Set<String> unknown = difference(given, expected);
    if (!unknown.isEmpty()) {
      throw invalid(
          name,
          "with " + String.join(", ", unknown),
          expected.isEmpty()
              ? "no placeholder"
              : "no placeholder but those of the built-in file: " + String.join(", ", expected));
    }
  }

  private static void checkSchema(String name, String original, String text) {
    JsonNode schema;
    try {
      schema = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw invalid(name, "not JSON (" + e.getOriginalMessage() + ")", "a JSON schema");
    }
    if (!schema.path("type").asText("").equals("object")
        || !schema.path("properties").isObject()
        || !schema.path("required").isArray()) {
      throw invalid(
          name,
          "not the schema of an object",
          "a JSON schema with \"type\": \"object\", \"properties\" and \"required\"");
    }
    Set<String> expected = strings(parseSchema(name, original).path("required"));
    Set<String> required = strings(schema.path("required"));
    for (String property : expected) {
      if (!schema.path("properties").path(property).isObject() || !required.contains(property)) {
        throw invalid(
            name,
            "without the required property \"" + property + '"',
            "the required properties " + String.join(", ", expected));
      }
    }
  }

  private static Set<String> strings(JsonNode array) {
    Set<String> values = new TreeSet<>();
    array.forEach(value -> values.add(value.asText()));
    return values;
  }

  private static Set<String> difference(Set<String> from, Set<String> without) {
    Set<String> rest = new TreeSet<>(from);
    rest.removeAll(without);
    return rest;
  }

  private static JudgeException invalid(String name, String value, String expected) {
    return JudgeException.invalid(
        FailureType.INVALID_REQUEST,
        "context.prompts: " + name + ": " + value + " (expected: " + expected + ")");
  }

  private static Map<String, String> readResources() {
    Map<String, String> texts = new TreeMap<>();
    for (String prompt : Prompts.NAMES) {
      for (String suffix :
          List.of(".system.txt", ".user.txt", ".assistant.txt", ".then.txt", SCHEMA)) {
        String text = resource(prompt + suffix);
        if (text != null) {
          texts.put(prompt + suffix, text);
        }
      }
    }
    for (String variant : Prompts.corruptVariants().values()) {
      String name = Prompts.CORRUPT + "." + variant + ".txt";
      String text = resource(name);
      if (text != null) {
        texts.put(name, text);
      }
    }
    return texts;
  }

  private static @Nullable String resource(String name) {
    try (@Nullable InputStream content =
        PromptTexts.class.getResourceAsStream("/prompts/" + name)) {
      return content == null
          ? null
          : new String(content.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }
}
