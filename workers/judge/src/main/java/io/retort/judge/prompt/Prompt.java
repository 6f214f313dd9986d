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
 * A prompt from resources: {@code NAME.system.txt} (optional), {@code NAME.user.txt}, {@code
 * NAME.assistant.txt} with {@code NAME.then.txt} (optional: words put into the model's mouth, and
 * the user's next message), {@code NAME.schema.json} (optional).
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
  private final List<ChatMessage> templates;
  private final Optional<ChatRequest.JsonFormat> format;

  private Prompt(
      String version, List<ChatMessage> templates, Optional<ChatRequest.JsonFormat> format) {
    this.version = version;
    this.templates = templates;
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
    List<ChatMessage> templates = new ArrayList<>();
    resource(name + ".system.txt").map(ChatMessage::system).ifPresent(templates::add);
    templates.add(ChatMessage.user(required(name + ".user.txt")));
    Optional<String> assistant = resource(name + ".assistant.txt");
    if (assistant.isPresent()) {
      templates.add(ChatMessage.assistant(assistant.get()));
      templates.add(ChatMessage.user(required(name + ".then.txt")));
    }
    templates.replaceAll(
        message -> new ChatMessage(message.role(), message.content().replace(VARIANT, variant)));
    Optional<String> schema = resource(name + ".schema.json");
    return new Prompt(
        name + "-" + hash(templates, schema.orElse("")),
        List.copyOf(templates),
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
    return templates.stream()
        .map(message -> new ChatMessage(message.role(), fill(message.content(), values)))
        .toList();
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

  private static String hash(List<ChatMessage> templates, String schema) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (ChatMessage message : templates) {
        update(digest, message.role());
        update(digest, message.content());
      }
      update(digest, schema);
      return HexFormat.of().formatHex(digest.digest()).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void update(MessageDigest digest, String part) {
    digest.update(part.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
  }
}
