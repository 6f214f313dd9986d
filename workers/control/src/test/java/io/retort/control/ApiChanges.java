package io.retort.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares OpenAPI documents of this API: what a client of the first one can no longer do with the
 * second. Paths, roles and bounds come from options of the proto files, which buf does not compare.
 */
final class ApiChanges {
  private static final List<String> ROLES = List.of("VIEWER", "OPERATOR", "APPROVER", "ADMIN");
  private static final List<String> KINDS = List.of("type", "format", "contentEncoding");
  private static final List<String> UPPER_BOUNDS =
      List.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");
  private static final List<String> LOWER_BOUNDS =
      List.of("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties");

  /** Rules whose values are not ordered: any other value may refuse more. */
  private static final List<String> RULES =
      List.of("pattern", "uniqueItems", "const", "not", "propertyNames", "allOf", "anyOf", "oneOf");

  private final JsonNode before;
  private final JsonNode after;
  private final List<String> found = new ArrayList<>();
  private final Set<String> compared = new HashSet<>();

  private ApiChanges(JsonNode before, JsonNode after) {
    this.before = before;
    this.after = after;
  }

  /** A line for each change that breaks a client; additions do not. */
  static List<String> breaking(JsonNode before, JsonNode after) {
    ApiChanges changes = new ApiChanges(before, after);
    for (Map.Entry<String, JsonNode> path : before.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        changes.operation(
            operation.getKey() + " " + path.getKey(),
            operation.getValue(),
            after.path("paths").path(path.getKey()).path(operation.getKey()));
      }
    }
    return changes.found;
  }

  private void operation(String where, JsonNode old, JsonNode now) {
    if (now.isMissingNode()) {
      found.add(where + ": removed");
      return;
    }
    String role = now.path("x-required-role").asText();
    String oldRole = old.path("x-required-role").asText();
    if (ROLES.indexOf(role) > ROLES.indexOf(oldRole)) {
      found.add(where + ": needs the role " + role + ", was " + oldRole);
    }
    for (JsonNode parameter : old.path("parameters")) {
      String at = where + " " + parameter.path("name").asText();
      JsonNode same = parameter(now, parameter);
      if (same.isMissingNode()) {
        found.add(at + ": removed");
      } else {
        schema(at, parameter.path("schema"), same.path("schema"), true);
      }
    }
    for (JsonNode parameter : now.path("parameters")) {
      if (parameter.path("required").asBoolean()
          && !parameter(old, parameter).path("required").asBoolean()) {
        found.add(where + " " + parameter.path("name").asText() + ": required now");
      }
    }
    schema(where, body(old.path("requestBody")), body(now.path("requestBody")), true);
    for (Map.Entry<String, JsonNode> response : old.path("responses").properties()) {
      JsonNode answer = now.path("responses").path(response.getKey());
      String at = where + " " + response.getKey();
      schema(at, body(response.getValue()), body(answer), false);
      schema(at, event(response.getValue()), event(answer), false);
    }
  }

  private static JsonNode parameter(JsonNode operation, JsonNode like) {
    for (JsonNode parameter : operation.path("parameters")) {
      if (parameter.path("name").equals(like.path("name"))
          && parameter.path("in").equals(like.path("in"))) {
        return parameter;
      }
    }
    return operation.path("no parameter of this name");
  }

  private static JsonNode body(JsonNode message) {
    return content(message).path("schema");
  }

  private static JsonNode event(JsonNode message) {
    return content(message).path("x-event-data");
  }

  /** A message has one content type, or none. */
  private static JsonNode content(JsonNode message) {
    JsonNode content = message.path("content");
    return content.isEmpty() ? content.path("none") : content.elements().next();
  }

  /**
   * @param sent whether the value is one that a client sends
   */
  private void schema(String where, JsonNode old, JsonNode now, boolean sent) {
    if (old.isMissingNode() && now.isMissingNode()) {
      return;
    }
    String pair = old.path("$ref").asText() + " " + now.path("$ref").asText() + " " + sent;
    if (old.has("$ref") && !compared.add(pair)) {
      return;
    }
    JsonNode oldSchema = resolve(before, old);
    JsonNode schema = resolve(after, now);
    for (String kind : KINDS) {
      different(where, kind, oldSchema, schema);
    }
    if (sent) {
      bounds(where, oldSchema, schema);
    }
    required(where, oldSchema, schema, sent);
    for (Map.Entry<String, JsonNode> property : oldSchema.path("properties").properties()) {
      String at = where + " " + property.getKey();
      JsonNode same = schema.path("properties").path(property.getKey());
      if (same.isMissingNode()) {
        found.add(at + ": removed");
      } else {
        schema(at, property.getValue(), same, sent);
      }
    }
    schema(where + " []", oldSchema.path("items"), schema.path("items"), sent);
    if (oldSchema.path("additionalProperties").isObject()) {
      schema(
          where + " {}",
          oldSchema.path("additionalProperties"),
          schema.path("additionalProperties"),
          sent);
    }
  }

  private void bounds(String where, JsonNode old, JsonNode now) {
    for (String bound : UPPER_BOUNDS) {
      if (now.has(bound)
          && (!old.has(bound)
              || now.get(bound).decimalValue().compareTo(old.get(bound).decimalValue()) < 0)) {
        different(where, bound, old, now);
      }
    }
    for (String bound : LOWER_BOUNDS) {
      if (now.has(bound)
          && (!old.has(bound)
              || now.get(bound).decimalValue().compareTo(old.get(bound).decimalValue()) > 0)) {
        different(where, bound, old, now);
      }
    }
    for (String rule : RULES) {
      if (now.has(rule)) {
        different(where, rule, old, now);
      }
    }
    if (now.has("enum")) {
      if (!old.has("enum")) {
        different(where, "enum", old, now);
      }
      for (JsonNode value : old.path("enum")) {
        if (!contains(now.get("enum"), value)) {
          found.add(where + ": " + value.asText() + " removed");
        }
      }
    }
  }

  private void required(String where, JsonNode old, JsonNode now, boolean sent) {
    JsonNode wanted = (sent ? now : old).path("required");
    JsonNode known = (sent ? old : now).path("required");
    for (JsonNode name : wanted) {
      if (!contains(known, name)) {
        found.add(where + " " + name.asText() + (sent ? ": required now" : ": may be missing now"));
      }
    }
  }

  private void different(String where, String keyword, JsonNode old, JsonNode now) {
    if (!old.path(keyword).equals(now.path(keyword))) {
      found.add(where + ": " + keyword + " " + text(now, keyword) + ", was " + text(old, keyword));
    }
  }

  private static String text(JsonNode schema, String keyword) {
    return schema.has(keyword) ? schema.get(keyword).toString() : "none";
  }

  private static boolean contains(JsonNode values, JsonNode value) {
    for (JsonNode one : values) {
      if (one.equals(value)) {
        return true;
      }
    }
    return false;
  }

  private static JsonNode resolve(JsonNode document, JsonNode schema) {
    return schema.has("$ref") ? document.at(schema.get("$ref").asText().substring(1)) : schema;
  }
}
