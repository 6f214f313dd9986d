package io.retort.judge.endpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.retort.judge.endpoint.EndpointConfiguration.MaxTokensField;
import io.retort.judge.endpoint.EndpointConfiguration.OmittableField;
import io.retort.judge.failure.Usages;
import io.retort.v1.Usage;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON of {@code POST /chat/completions}. */
final class CompletionJson {
  // A provider's answer may hold secrets or rows: parse errors must not quote it.
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  static byte[] write(ChatRequest request, EndpointConfiguration configuration) {
    ResponseFormat format =
        configuration.jsonSchema()
            ? request
                .format()
                .map(
                    json ->
                        new ResponseFormat(
                            "json_schema", new NamedSchema(json.name(), true, json.schema())))
                .orElse(null)
            : null;
    @Nullable Integer maxTokens = request.maxTokens() == 0 ? null : request.maxTokens();
    boolean completionTokens =
        configuration.maxTokensField() == MaxTokensField.MAX_COMPLETION_TOKENS;
    try {
      return MAPPER.writeValueAsBytes(
          new Request(
              configuration.model(),
              request.messages(),
              configuration.omitted().contains(OmittableField.TEMPERATURE)
                  ? null
                  : request.temperature(),
              completionTokens ? null : maxTokens,
              completionTokens ? maxTokens : null,
              configuration.omitted().contains(OmittableField.SEED) ? null : request.seed(),
              format));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("chat request", e);
    }
  }

  /**
   * @throws NotACompletionException when {@code body} is no chat completion with a choice
   */
  static ChatAnswer read(byte[] body, EndpointConfiguration configuration)
      throws NotACompletionException {
    Response response;
    try {
      response = MAPPER.readValue(body, Response.class);
    } catch (JsonProcessingException e) {
      throw new NotACompletionException(e.getOriginalMessage());
    } catch (IOException e) {
      throw new NotACompletionException(String.valueOf(e.getMessage()));
    }
    if (response == null || response.choices() == null || response.choices().isEmpty()) {
      throw new NotACompletionException("no choices");
    }
    Choice choice = response.choices().get(0);
    if (choice == null || choice.message() == null) {
      throw new NotACompletionException("a choice without a message");
    }
    return new ChatAnswer(
        orElse(response.model(), configuration.model()),
        orElse(choice.message().content(), ""),
        orElse(choice.message().refusal(), ""),
        finish(orElse(choice.finishReason(), "")),
        usage(response.usage()));
  }

  /** The {@code error} of a body, null when it has none or is no JSON object. */
  static @Nullable ErrorBody readError(byte[] body) {
    try {
      JsonNode root = MAPPER.readTree(body);
      JsonNode error = root == null ? null : root.get("error");
      if (error == null || error.isNull()) {
        return null;
      }
      if (error.isTextual()) {
        return new ErrorBody(0, "", error.textValue());
      }
      return new ErrorBody(
          error.path("code").asInt(0),
          error.path("type").asText("") + " " + error.path("code").asText(""),
          error.path("message").asText(""));
    } catch (IOException e) {
      return null;
    }
  }

  private static ChatAnswer.FinishReason finish(String reason) {
    return switch (reason.toLowerCase(Locale.ROOT)) {
      case "length", "max_tokens", "model_length" -> ChatAnswer.FinishReason.LENGTH;
      case "content_filter" -> ChatAnswer.FinishReason.FILTER;
      default -> ChatAnswer.FinishReason.STOP;
    };
  }

  private static Usage usage(@Nullable TokenUsage usage) {
    if (usage == null || usage.promptTokens() == null || usage.completionTokens() == null) {
      return Usages.uncounted();
    }
    Usage.Builder counted =
        Usage.newBuilder()
            .setCalls(1)
            .setPromptTokens(count(usage.promptTokens()))
            .setCompletionTokens(count(usage.completionTokens()));
    if (usage.completionTokensDetails() != null) {
      counted.setReasoningTokens(count(usage.completionTokensDetails().reasoningTokens()));
    }
    return counted.build();
  }

  private static long count(@Nullable Long tokens) {
    return tokens == null ? 0 : Math.max(0, tokens);
  }

  private static String orElse(@Nullable String text, String fallback) {
    return text == null ? fallback : text;
  }

  /**
   * @param status HTTP-like code told inside the body, 0 when there is none
   * @param names machine-readable type and code
   */
  record ErrorBody(int status, String names, String message) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Request(
      String model,
      List<ChatMessage> messages,
      @Nullable Double temperature,
      @Nullable Integer maxTokens,
      @Nullable Integer maxCompletionTokens,
      @Nullable Long seed,
      @Nullable ResponseFormat responseFormat) {}

  record ResponseFormat(String type, NamedSchema jsonSchema) {}

  record NamedSchema(String name, boolean strict, JsonNode schema) {}

  record Response(
      @Nullable String model,
      @Nullable List<@Nullable Choice> choices,
      @Nullable TokenUsage usage) {}

  record Choice(@Nullable Message message, @Nullable String finishReason) {}

  record Message(@Nullable String content, @Nullable String refusal) {}

  record TokenUsage(
      @Nullable Long promptTokens,
      @Nullable Long completionTokens,
      @Nullable TokenDetails completionTokensDetails) {}

  record TokenDetails(@Nullable Long reasoningTokens) {}

  private CompletionJson() {}
}
