package io.retort.judge.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The error in a response body: its field {@code error}, or the body itself, as some servers do;
 * others put it into a list.
 *
 * @param status HTTP-like code in the body, 0 if there is none
 * @param names machine-readable types and codes
 */
record ErrorBody(int status, String names, String message) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The error in the body of a response with an error status; null if it is not a JSON object. */
  static @Nullable ErrorBody read(byte[] body) {
    try {
      JsonNode root = MAPPER.readTree(body);
      if (root != null && root.isArray()) {
        root = root.path(0);
      }
      if (root == null || !root.isObject()) {
        return null;
      }
      JsonNode error = root.get("error");
      return error == null || error.isNull() ? of(root) : of(error);
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
        String.join(
            " ",
            error.path("type").asText(""),
            error.path("code").asText(""),
            error.path("innererror").path("code").asText("")),
        message(error));
  }

  private static String message(JsonNode error) {
    JsonNode detail = error.path("detail");
    return error
        .path("message")
        .asText(detail.isMissingNode() || detail.isTextual() ? detail.asText() : detail.toString());
  }
}
