package io.retort.judge.endpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The {@code error} of a body.
 *
 * @param status HTTP-like code told inside the body, 0 when there is none
 * @param names machine-readable type and code
 */
record ErrorBody(int status, String names, String message) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Null when the body has none or is no JSON object. */
  static @Nullable ErrorBody read(byte[] body) {
    try {
      JsonNode root = MAPPER.readTree(body);
      JsonNode error = root == null ? null : root.get("error");
      return error == null || error.isNull() ? null : of(error);
    } catch (IOException e) {
      return null;
    }
  }

  static ErrorBody of(JsonNode error) {
    if (error.isTextual()) {
      return new ErrorBody(0, "", error.textValue());
    }
    return new ErrorBody(
        error.path("code").asInt(0),
        error.path("type").asText("") + " " + error.path("code").asText(""),
        error.path("message").asText(""));
  }
}
