package io.retort.judge.prompt;

import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A prompt made of the files {@code NAME.system.txt} (optional), {@code NAME.user.txt}, {@code
 * NAME.assistant.txt} with {@code NAME.then.txt} (optional: a prefilled turn of the assistant and
 * the user's next message), and {@code NAME.schema.json} (optional).
 */
public final class Prompt {
  private static final String VARIANT = "{{word:variant}}";
  private static final int HASH_DIGITS = 6;

  private final String version;
  private final List<Message> messages;
  private final Optional<ChatRequest.JsonFormat> format;

  private record Message(String role, PromptTemplate template) {}

  private Prompt(String version, List<Message> messages, Optional<ChatRequest.JsonFormat> format) {
    this.version = version;
    this.messages = messages;
    this.format = format;
  }

  /**
   * @param name with its version number, for example {@code evaluate-v1}
   * @throws IllegalStateException when files are missing or malformed
   */
  static Prompt load(PromptTexts files, String name) {
    return load(files, name, "");
  }

  /**
   * The prompt with the content of {@code NAME.VARIANT.txt} for {@code {{word:variant}}}.
   *
   * @throws IllegalStateException when files are missing or malformed
   */
  static Prompt loadVariant(PromptTexts files, String name, String variant) {
    return load(files, name, files.required(name + "." + variant + ".txt"));
  }

  private static Prompt load(PromptTexts files, String name, String variant) {
    List<ChatMessage> texts = new ArrayList<>();
    files.optional(name + ".system.txt").map(ChatMessage::system).ifPresent(texts::add);
    texts.add(ChatMessage.user(files.required(name + ".user.txt")));
    Optional<String> assistant = files.optional(name + ".assistant.txt");
    if (assistant.isPresent()) {
      texts.add(ChatMessage.assistant(assistant.get()));
      texts.add(ChatMessage.user(files.required(name + ".then.txt")));
    }
    texts.replaceAll(
        message -> new ChatMessage(message.role(), message.content().replace(VARIANT, variant)));
    Optional<String> schema = files.optional(name + PromptTexts.SCHEMA);
    return new Prompt(
        name + "-" + hash(texts, schema.orElse("")),
        texts.stream()
            .map(text -> new Message(text.role(), new PromptTemplate(text.content())))
            .toList(),
        schema.map(
            json ->
                new ChatRequest.JsonFormat(
                    name, PromptTexts.parseSchema(name + PromptTexts.SCHEMA, json).toString())));
  }

  /** Name and content hash, for example {@code evaluate-v1-3f2a9c}. */
  public String version() {
    return version;
  }

  /** The JSON schema of the answer, empty for plain text. */
  public Optional<ChatRequest.JsonFormat> format() {
    return format;
  }

  /**
   * The messages of this prompt.
   *
   * @param values of all placeholders
   * @throws IllegalArgumentException when a placeholder has no value
   */
  public List<ChatMessage> messages(Map<String, String> values) {
    List<ChatMessage> filled = new ArrayList<>(messages.size());
    for (Message message : messages) {
      filled.add(new ChatMessage(message.role(), message.template().fill(values)));
    }
    return filled;
  }

  private static String hash(List<ChatMessage> texts, String schema) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (ChatMessage message : texts) {
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
