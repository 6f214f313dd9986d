package io.retort.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.retort.answers.WrittenNumbers;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** One JSON object with typed access to its fields; every refusal names the field. */
final class JsonRow {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              // The size of a row is limited before it is parsed.
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // Python writes NaN and infinities, usually in fields that are not read.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .nodeFactory(new RowNodes())
          .build();

  private static final int MOST_NAMES = 20;
  private static final int LONGEST_NAME = 60;

  private final JsonNode node;
  private final String name;

  private JsonRow(JsonNode node, String name) {
    this.node = node;
    this.name = name;
  }

  static JsonRow parse(byte[] bytes) throws RefusedRowException {
    return parse(decode(bytes));
  }

  static JsonRow parse(String json) throws RefusedRowException {
    JsonNode node;
    try {
      node = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw JsonFaults.of(e);
    } catch (NumberFormatException e) {
      throw JsonFaults.of(e);
    }
    if (!node.isObject()) {
      throw new RefusedRowException(
          QuarantineReason.NOT_JSON,
          node.getNodeType().name().toLowerCase(java.util.Locale.ROOT) + " (expected: an object)");
    }
    return new JsonRow(node, "");
  }

  boolean has(String field) {
    return node.hasNonNull(field) || RowNodes.isAmbiguous(node, field);
  }

  /** Whether the field is present and not a blank text. */
  boolean hasValue(String field) {
    return has(field) && !(node.path(field).isTextual() && BlankText.isBlank(string(field)));
  }

  /** The text of a field as it is; empty if it has none. */
  String string(String field) {
    JsonNode value = node.path(field);
    return value.isTextual() ? value.textValue() : "";
  }

  List<String> fields() {
    return names(false);
  }

  /** The names of the row's fields, with those that are null marked. */
  List<String> fieldsAndNulls() {
    return names(true);
  }

  private List<String> names(boolean nullsMarked) {
    return node.properties().stream()
        .limit(MOST_NAMES)
        .map(
            field ->
                shortened(field.getKey())
                    + (nullsMarked && field.getValue().isNull() ? " (null)" : ""))
        .toList();
  }

  private static String shortened(String name) {
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "..." : name;
  }

  /** A required field with text that is not blank. */
  String text(String field) throws RefusedRowException {
    JsonNode value = require(field);
    if (!value.isTextual()) {
      throw wrongType(field, value, "text");
    }
    return notBlank(field, value.textValue());
  }

  /**
   * Like {@link #text}, but the field may also be a list of parts, {@code {type: text, text}},
   * which become one line each.
   */
  String textOfParts(String field) throws RefusedRowException {
    if (!require(field).isArray()) {
      return text(field);
    }
    List<String> texts = new ArrayList<>();
    for (JsonRow part : objects(field)) {
      String type = part.textOrEmpty("type");
      if (!type.isEmpty() && !type.equals("text")) {
        throw new RefusedRowException(
            QuarantineReason.WRONG_TYPE,
            part.path("type") + ": " + type + " (expected: text, the only kind that is read)");
      }
      texts.add(part.textOrEmpty("text"));
    }
    return notBlank(field, String.join("\n", texts));
  }

  /** An optional field with text; empty if it is absent. */
  String textOrEmpty(String field) throws RefusedRowException {
    if (!has(field)) {
      return "";
    }
    JsonNode value = require(field);
    if (!value.isTextual()) {
      throw wrongType(field, value, "text");
    }
    String text = wellFormed(field, value.textValue());
    return BlankText.isBlank(text) ? "" : text.strip();
  }

  /** A required field with text that is not blank, including its surrounding blanks; for code. */
  String verbatim(String field) throws RefusedRowException {
    text(field);
    return node.get(field).textValue();
  }

  /** A field with text or a number, as text. */
  String textOrNumber(String field, QuarantineReason whenBlank) throws RefusedRowException {
    JsonNode value = require(field);
    if (value.isDouble()) {
      // The only numbers that are not read as decimals.
      throw wrongNumber(field, value, "text or a finite number");
    }
    if (value.isNumber()) {
      String expected = "text or a number of at most " + WrittenNumbers.MOST_DIGITS + " digits";
      return WrittenNumbers.plain(value.decimalValue())
          .orElseThrow(() -> wrongNumber(field, value, expected));
    }
    if (!value.isTextual()) {
      throw wrongType(field, value, "text or a number");
    }
    if (BlankText.isBlank(value.textValue())) {
      throw new RefusedRowException(whenBlank, path(field) + ": blank (expected: an answer)");
    }
    return wellFormed(field, value.textValue()).strip();
  }

  List<JsonRow> objects(String field) throws RefusedRowException {
    JsonNode value = require(field);
    if (!value.isArray()) {
      throw wrongType(field, value, "an array of objects");
    }
    for (JsonNode element : value) {
      if (!element.isObject()) {
        throw wrongType(field, element, "an array of objects");
      }
    }
    return StreamSupport.stream(value.spliterator(), false)
        .map(element -> new JsonRow(element, path(field) + "[]."))
        .toList();
  }

  private JsonNode require(String field) throws RefusedRowException {
    if (RowNodes.isAmbiguous(node, field)) {
      throw new RefusedRowException(
          QuarantineReason.NOT_JSON, path(field) + ": two values (expected: each key once)");
    }
    JsonNode value = node.get(field);
    if (value == null || value.isNull()) {
      throw missing(field);
    }
    return value;
  }

  private String notBlank(String field, String text) throws RefusedRowException {
    if (BlankText.isBlank(text)) {
      throw new RefusedRowException(
          QuarantineReason.MISSING_FIELD, path(field) + ": blank (expected: text)");
    }
    return wellFormed(field, text).strip();
  }

  /** Refuses an unpaired surrogate, which has no UTF-8 form and could not be stored. */
  private String wellFormed(String field, String text) throws RefusedRowException {
    if (hasLoneSurrogate(text)) {
      throw new RefusedRowException(
          QuarantineReason.NOT_JSON,
          path(field) + ": half a surrogate pair (expected: Unicode text)");
    }
    return text;
  }

  static boolean hasLoneSurrogate(String text) {
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      if (Character.isSurrogate(character)) {
        boolean pair =
            index + 1 < text.length()
                && Character.isSurrogatePair(character, text.charAt(index + 1));
        if (!pair) {
          return true;
        }
        index++;
      }
    }
    return false;
  }

  private RefusedRowException missing(String field) {
    return new RefusedRowException(
        QuarantineReason.MISSING_FIELD,
        path(field) + ": absent (expected: one of the row's fields " + fields() + " to be it)");
  }

  private RefusedRowException wrongType(String field, JsonNode value, String expected) {
    return new RefusedRowException(
        QuarantineReason.WRONG_TYPE,
        path(field)
            + ": "
            + value.getNodeType().name().toLowerCase(java.util.Locale.ROOT)
            + " (expected: "
            + expected
            + ")");
  }

  private RefusedRowException wrongNumber(String field, JsonNode value, String expected) {
    return new RefusedRowException(
        QuarantineReason.WRONG_TYPE,
        path(field) + ": " + value.asText() + " (expected: " + expected + ")");
  }

  private String path(String field) {
    return name + field;
  }

  private static String decode(byte[] bytes) throws RefusedRowException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new RefusedRowException(QuarantineReason.NOT_JSON, "not UTF-8 (expected: UTF-8)");
    }
  }
}
