package io.retort.release.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * JSON that may stand between the tags of a script element of type application/json, whatever its
 * texts are: it holds no {@code <}, {@code >} or {@code &}, nor a line separator of JavaScript's.
 */
final class EmbeddedJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * @param value maps, lists, records, texts and numbers
   */
  static String of(Object value) {
    try {
      // Outside of texts JSON has none of these.
      return JSON.writeValueAsString(value)
          .replace("<", "\\u003c")
          .replace(">", "\\u003e")
          .replace("&", "\\u0026")
          .replace("\u2028", "\\u2028")
          .replace("\u2029", "\\u2029");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no JSON", e);
    }
  }

  private EmbeddedJson() {}
}
