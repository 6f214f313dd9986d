package io.retort.judge.endpoint;

import java.util.List;
import java.util.Optional;

/**
 * What a model is asked.
 *
 * @param temperature 0 to 2
 * @param maxTokens longest answer in tokens; 0 leaves it to the endpoint
 * @param seed at least 0
 * @param format the JSON form of the answer, where it has one
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
   * @param name of the schema, told to the endpoint
   * @param schema as JSON text
   */
  public record JsonFormat(String name, String schema) {}
}
