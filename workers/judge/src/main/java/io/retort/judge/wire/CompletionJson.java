package io.retort.judge.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.configuration.EndpointConfiguration.MaxTokensField;
import io.retort.judge.configuration.EndpointConfiguration.OmittableField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;

/** Writes the body of {@code POST /chat/completions}. */
final class CompletionJson {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int OTHER_FIELDS_BYTES = 1024;

  static byte[] write(ChatRequest request, EndpointConfiguration configuration) {
    int expected = OTHER_FIELDS_BYTES;
    for (ChatMessage message : request.messages()) {
      expected += message.content().length() + message.content().length() / 16;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(expected);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("model", configuration.model());
      writeMessages(json, request);
      writeSampling(json, request, configuration);
      if (configuration.jsonSchema()
          && request.format().isPresent()
          && !replaced(configuration, "response_format")) {
        writeFormat(json, request.format().get());
      }
      for (Map.Entry<String, String> field : configuration.extras().body().entrySet()) {
        json.writeFieldName(field.getKey());
        json.writeRawValue(field.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalArgumentException("chat request", e);
    }
    return bytes.toByteArray();
  }

  private static void writeMessages(JsonGenerator json, ChatRequest request) throws IOException {
    json.writeArrayFieldStart("messages");
    for (ChatMessage message : request.messages()) {
      json.writeStartObject();
      json.writeStringField("role", message.role());
      json.writeStringField("content", message.content());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeSampling(
      JsonGenerator json, ChatRequest request, EndpointConfiguration configuration)
      throws IOException {
    if (!configuration.omitted().contains(OmittableField.TEMPERATURE)
        && !replaced(configuration, "temperature")) {
      json.writeNumberField("temperature", request.temperature());
    }
    String maxTokens = field(configuration.maxTokensField());
    if (request.maxTokens() > 0 && !replaced(configuration, maxTokens)) {
      json.writeNumberField(maxTokens, request.maxTokens());
    }
    if (!configuration.omitted().contains(OmittableField.SEED)
        && !replaced(configuration, "seed")) {
      json.writeNumberField("seed", request.seed());
    }
  }

  private static boolean replaced(EndpointConfiguration configuration, String field) {
    return configuration.extras().body().containsKey(field);
  }

  private static void writeFormat(JsonGenerator json, ChatRequest.JsonFormat format)
      throws IOException {
    json.writeObjectFieldStart("response_format");
    json.writeStringField("type", "json_schema");
    json.writeObjectFieldStart("json_schema");
    json.writeStringField("name", format.name());
    json.writeBooleanField("strict", true);
    json.writeFieldName("schema");
    json.writeRawValue(format.schema());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static String field(MaxTokensField field) {
    return switch (field) {
      case MAX_TOKENS -> "max_tokens";
      case MAX_COMPLETION_TOKENS -> "max_completion_tokens";
    };
  }

  private CompletionJson() {}
}
