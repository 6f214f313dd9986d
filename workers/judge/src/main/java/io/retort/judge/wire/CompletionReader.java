package io.retort.judge.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.failure.CallUsage;
import io.retort.v1.Usage;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Streaming reader of chat completions, which builds no tree. */
final class CompletionReader {
  // A response may hold secrets or rows, which parse errors must not quote.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // Servers in Python write NaN and Infinity, in fields that are not read here.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();
  private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY);
  // A larger count is a defect of the endpoint.
  private static final double LARGEST_COUNT = 1e12;

  private final JsonParser parser;
  private @Nullable ErrorBody error;
  private @Nullable String model;
  private boolean choice;
  private boolean message;
  private @Nullable String content;
  private @Nullable String refusal;
  private @Nullable String finishReason;
  private @Nullable Long promptTokens;
  private @Nullable Long completionTokens;
  private @Nullable Long reasoningTokens;

  private CompletionReader(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * @throws NotACompletionException when {@code body} is not a JSON object, or a part of the
   *     completion has the wrong type
   */
  static CompletionReader read(byte[] body) throws NotACompletionException {
    try (JsonParser parser = FACTORY.createParser(body)) {
      CompletionReader reader = new CompletionReader(parser);
      reader.readRoot();
      return reader;
    } catch (JsonProcessingException e) {
      throw new NotACompletionException(e.getOriginalMessage());
    } catch (IOException e) {
      throw new NotACompletionException(String.valueOf(e.getMessage()));
    }
  }

  /** The error that a gateway reports in a response with status 200; null if there is none. */
  @Nullable ErrorBody error() {
    return error;
  }

  /**
   * @throws NotACompletionException when there is no choice with a message, or its finish_reason is
   *     unknown
   */
  ChatAnswer answer(EndpointConfiguration configuration) throws NotACompletionException {
    if (!choice) {
      throw new NotACompletionException("no choices");
    }
    if (!message) {
      throw new NotACompletionException("a choice without a message");
    }
    return new ChatAnswer(
        orElse(model, configuration.model()),
        configuration.modelVersion(),
        orElse(content, ""),
        orElse(refusal, ""),
        finish(finishReason),
        usage());
  }

  private void readRoot() throws IOException, NotACompletionException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new NotACompletionException("not a JSON object");
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      switch (name) {
        case "error" -> readError(value);
        case "model" -> model = text(value);
        case "choices" -> readChoices(value);
        case "usage" -> readUsage(value);
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new NotACompletionException("data after the JSON object");
    }
  }

  private void readError(JsonToken value) throws IOException {
    if (value != JsonToken.VALUE_NULL) {
      error = ErrorBody.of(MAPPER.readTree(parser));
    }
  }

  /** Reads the first choice and skips the others, since one was requested. */
  private void readChoices(JsonToken value) throws IOException, NotACompletionException {
    checkFirst(choice, "choices");
    if (value == JsonToken.VALUE_NULL) {
      return;
    }
    if (value != JsonToken.START_ARRAY) {
      throw new NotACompletionException("choices is not a list");
    }
    for (JsonToken item = parser.nextToken();
        item != JsonToken.END_ARRAY;
        item = parser.nextToken()) {
      if (!choice && item == JsonToken.START_OBJECT) {
        readChoice();
      } else {
        parser.skipChildren();
      }
      choice = true;
    }
  }

  private void readChoice() throws IOException, NotACompletionException {
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken value = parser.nextToken();
      switch (name) {
        case "finish_reason" -> {
          checkFirst(finishReason != null, name);
          finishReason = text(value);
        }
        case "message" -> {
          checkFirst(message, name);
          readMessage(value);
        }
        // A gateway reports an error that occurred within an answer with the part before it.
        case "error" -> readError(value);
        default -> parser.skipChildren();
      }
    }
  }

  private void readMessage(JsonToken value) throws IOException, NotACompletionException {
    if (value != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    message = true;
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken part = parser.nextToken();
      switch (name) {
        case "content" -> {
          checkFirst(content != null, name);
          if (part == JsonToken.START_ARRAY) {
            readParts();
          } else if (part == JsonToken.VALUE_STRING || part == JsonToken.VALUE_NULL) {
            content = text(part);
          } else {
            throw new NotACompletionException("content is not a string");
          }
        }
        case "refusal" -> refusal = text(part);
        default -> parser.skipChildren();
      }
    }
  }

  /** The text parts are the content; others are reasoning, tool calls or images. */
  private void readParts() throws IOException, NotACompletionException {
    StringBuilder text = new StringBuilder();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      JsonNode part = MAPPER.readTree(parser);
      if (!part.isObject()) {
        throw new NotACompletionException("a part of content is not an object");
      }
      if (part.path("thought").asBoolean()) {
        continue;
      }
      switch (part.path("type").asText("text")) {
        case "text", "output_text" -> text.append(part.path("text").asText(""));
        case "refusal" -> refusal = part.path("refusal").asText("");
        default -> {}
      }
    }
    content = text.toString();
  }

  private void readUsage(JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken part = parser.nextToken();
      switch (name) {
        case "prompt_tokens" -> promptTokens = count(part);
        case "completion_tokens" -> completionTokens = count(part);
        case "completion_tokens_details" -> readDetails(part);
        default -> parser.skipChildren();
      }
    }
  }

  private void readDetails(JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      JsonToken part = parser.nextToken();
      if (name.equals("reasoning_tokens")) {
        reasoningTokens = count(part);
      } else {
        parser.skipChildren();
      }
    }
  }

  private @Nullable String text(JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    parser.skipChildren();
    return null;
  }

  /** Readers disagree on which of two values counts. */
  private static void checkFirst(boolean again, String name) throws NotACompletionException {
    if (again) {
      throw new NotACompletionException(name + " twice");
    }
  }

  /** Null if it is not a possible count. */
  private @Nullable Long count(JsonToken value) throws IOException {
    if (value.isNumeric()) {
      double count = parser.getDoubleValue();
      return count <= LARGEST_COUNT ? Long.valueOf(Math.max(0, Math.round(count))) : null;
    }
    parser.skipChildren();
    return null;
  }

  Usage usage() {
    if (promptTokens == null || completionTokens == null) {
      return CallUsage.uncounted();
    }
    return Usage.newBuilder()
        .setCalls(1)
        .setPromptTokens(promptTokens)
        .setCompletionTokens(completionTokens)
        .setReasoningTokens(reasoningTokens == null ? 0 : reasoningTokens)
        .build();
  }

  /** Fails for unknown reasons, since a truncated chain must not pass for a complete one. */
  private static ChatAnswer.FinishReason finish(@Nullable String reason)
      throws NotACompletionException {
    return switch (reason == null ? "" : reason.toLowerCase(Locale.ROOT)) {
      case "stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed" ->
          ChatAnswer.FinishReason.STOP;
      case "length", "max_tokens", "model_length", "max_output_tokens", "context_length" ->
          ChatAnswer.FinishReason.LENGTH;
      case "content_filter", "safety", "refusal", "recitation", "sensitive" ->
          ChatAnswer.FinishReason.FILTER;
      case "abort",
          "aborted",
          "cancelled",
          "canceled",
          "error",
          "interrupted",
          "network_error",
          "insufficient_system_resource" ->
          ChatAnswer.FinishReason.ABORTED;
      default ->
          throw new NotACompletionException(
              "finish_reason: " + reason + ", expected stop, length or content_filter");
    };
  }

  private static String orElse(@Nullable String text, String fallback) {
    return text == null ? fallback : text;
  }
}
