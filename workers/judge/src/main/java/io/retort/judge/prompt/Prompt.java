package io.retort.judge.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.judge.endpoint.ChatMessage;
import io.retort.judge.endpoint.ChatRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A prompt from resources: {@code NAME.user.txt}, and where they exist {@code NAME.system.txt} and
 * {@code NAME.schema.json}.
 *
 * <p>Placeholders: {@code {{word:x}}} inserts a trusted word, {@code {{data:x}}} a delimited block
 * of untrusted text, {@code {{text:x}}} untrusted text without delimiters. What is inserted is
 * never read as a template.
 */
public final class Prompt {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(word|data|text):([a-z_]+)}}");
  private static final String VARIANT = "{{word:variant}}";
  private static final int HASH_DIGITS = 6;

  private final String version;
  private final Optional<String> system;
  private final String user;
  private final Optional<ChatRequest.JsonFormat> format;

  private Prompt(
      String version,
      Optional<String> system,
      String user,
      Optional<ChatRequest.JsonFormat> format) {
    this.version = version;
    this.system = system;
    this.user = user;
    this.format = format;
  }

  /**
   * @param name with its number, for example {@code evaluate-v1}
   * @throws IllegalStateException when the resources are missing or malformed
   */
  static Prompt load(String name) {
    return load(name, "");
  }

  /**
   * The prompt with the content of {@code NAME.VARIANT.txt} for {@code {{word:variant}}}.
   *
   * @throws IllegalStateException when the resources are missing or malformed
   */
  static Prompt loadVariant(String name, String variant) {
    return load(name, required(name + "." + variant + ".txt"));
  }

  private static Prompt load(String name, String variant) {
    Optional<String> system =
        resource(name + ".system.txt").map(text -> text.replace(VARIANT, variant));
    String user = required(name + ".user.txt").replace(VARIANT, variant);
    Optional<String> schema = resource(name + ".schema.json");
    String version = name + "-" + hash(List.of(system.orElse(""), user, schema.orElse("")));
    return new Prompt(
        version,
        system,
        user,
        schema.map(json -> new ChatRequest.JsonFormat(name, parse(name, json))));
  }

  /** Name and content hash, for example {@code evaluate-v1-3f2a9c}. */
  public String version() {
    return version;
  }

  /** The JSON form of the answer, empty where it is plain text. */
  public Optional<ChatRequest.JsonFormat> format() {
    return format;
  }

  /**
   * The messages of a chat that asks this prompt.
   *
   * @param values of all placeholders
   * @throws IllegalArgumentException when a placeholder has no value
   */
  public List<ChatMessage> messages(Map<String, String> values) {
    List<ChatMessage> messages = new ArrayList<>(2);
    system.ifPresent(text -> messages.add(ChatMessage.system(fill(text, values))));
    messages.add(ChatMessage.user(fill(user, values)));
    return messages;
  }

  private String fill(String template, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(
            match -> Matcher.quoteReplacement(insert(match.group(1), match.group(2), values)));
  }

  private String insert(String kind, String name, Map<String, String> values) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(version + ": no value for " + name);
    }
    return switch (kind) {
      case "data" -> DataText.block(name, value);
      case "text" -> DataText.withoutControlTokens(value);
      default -> value;
    };
  }

  private static String required(String name) {
    return resource(name)
        .orElseThrow(() -> new IllegalStateException("no prompt resource " + name));
  }

  private static Optional<String> resource(String name) {
    try (@Nullable InputStream content = Prompt.class.getResourceAsStream("/prompts/" + name)) {
      return content == null
          ? Optional.empty()
          : Optional.of(new String(content.readAllBytes(), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  private static JsonNode parse(String name, String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException("prompt resource " + name + ".schema.json", e);
    }
  }

  private static String hash(List<String> parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
