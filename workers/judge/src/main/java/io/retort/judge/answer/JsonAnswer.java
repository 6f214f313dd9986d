package io.retort.judge.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.retort.judge.failure.FailureType;

/** An answer that is one JSON object, or {@linkplain NearlyJson nearly} one. */
final class JsonAnswer {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode root;
  private final String text;

  private JsonAnswer(JsonNode root, String text) {
    this.root = root;
    this.text = text;
  }

  static JsonAnswer parse(String text) throws UnusableAnswerException {
    String json = NearlyJson.read(text);
    try {
      return new JsonAnswer(MAPPER.readTree(json), text);
    } catch (JsonProcessingException e) {
      throw unparsed(text, "one JSON object; " + e.getOriginalMessage());
    }
  }

  String string(String name) throws UnusableAnswerException {
    JsonNode value = root.path(name);
    if (!value.isTextual()) {
      throw unparsed(text, name + " as a string");
    }
    return value.textValue().strip();
  }

  boolean bool(String name) throws UnusableAnswerException {
    JsonNode value = root.path(name);
    if (!value.isBoolean()) {
      throw unparsed(text, name + " as true or false");
    }
    return value.booleanValue();
  }

  /** A whole number from {@code smallest} to {@code largest}, as a JSON number such as 4 or 4.0. */
  int integer(String name, int smallest, int largest) throws UnusableAnswerException {
    JsonNode value = root.path(name);
    double number = value.isNumber() ? value.doubleValue() : Double.NaN;
    if (!(number >= smallest && number <= largest) || number != Math.rint(number)) {
      throw unparsed(text, name + " as a whole number from " + smallest + " to " + largest);
    }
    return (int) number;
  }

  static UnusableAnswerException unparsed(String text, String expected) {
    return new UnusableAnswerException(
        FailureType.UNPARSED,
        "the answer is " + Excerpts.of(text) + " (expected: " + expected + ")");
  }
}
