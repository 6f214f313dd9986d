package io.retort.judge.chat;

import java.util.List;
import java.util.Optional;

/**
 * A request to a model.
 *
 * @param temperature 0 to 2
 * @param maxTokens largest number of tokens of the answer; 0 for the endpoint's default
 * @param seed at least 0
 * @param format the JSON schema of the answer, empty for plain text
 */
public record ChatRequest(
    List<ChatMessage> messages,
    double temperature,
    int maxTokens,
    long seed,
    Optional<JsonFormat> format) {
  public ChatRequest {
    messages = List.copyOf(messages);
  }

  /**
   * @param name of the schema, which is part of the request
   * @param schema as JSON text
   */
  public record JsonFormat(String name, String schema) {}
}
