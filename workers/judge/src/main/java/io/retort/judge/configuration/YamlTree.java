package io.retort.judge.configuration;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a YAML file, and reports what YAML reads as something else than is written: octal numbers,
 * aliases, and all documents but the first.
 */
final class YamlTree {
  private static final YAMLFactory FACTORY =
      YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final ObjectMapper MAPPER = new YAMLMapper(FACTORY);
  private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0[0-9_]+");
  private static final Pattern NOT_FINITE =
      Pattern.compile("[-+]?\\.(?:inf|nan)", Pattern.CASE_INSENSITIVE);

  private final YAMLParser parser;
  private final FileErrors errors;

  private YamlTree(YAMLParser parser, FileErrors errors) {
    this.parser = parser;
    this.errors = errors;
  }

  /**
   * @return numbers of a revision are texts, as they are written
   * @throws com.fasterxml.jackson.core.JsonProcessingException when {@code text} is not YAML
   */
  static JsonNode read(String text, FileErrors errors) throws IOException {
    try (YAMLParser parser = FACTORY.createParser(text)) {
      YamlTree tree = new YamlTree(parser, errors);
      @Nullable JsonToken first = parser.nextToken();
      if (first == null) {
        return MissingNode.getInstance();
      }
      JsonNode root = tree.node(first, "");
      if (parser.nextToken() != null) {
        errors.add(
            "line " + parser.currentTokenLocation().getLineNr(),
            "another YAML document",
            "one in the file; remove the line ---");
      }
      return root;
    }
  }

  private JsonNode node(JsonToken token, String path) throws IOException {
    return switch (token) {
      case START_OBJECT -> object(path);
      case START_ARRAY -> array(path);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(path);
      default -> alias(path) ? MissingNode.getInstance() : MAPPER.readTree(parser);
    };
  }

  private ObjectNode object(String path) throws IOException {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
      JsonNode value = node(parser.nextToken(), FileErrors.child(path, key, object.size() + 1));
      if (!value.isMissingNode()) {
        object.set(key, value);
      }
    }
    return object;
  }

  private ArrayNode array(String path) throws IOException {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      JsonNode value = node(token, path + "[" + array.size() + "]");
      if (!value.isMissingNode()) {
        array.add(value);
      }
    }
    return array;
  }

  private JsonNode number(String path) throws IOException {
    String spelling = parser.getText();
    // The revision 1.10 is another one than 1.1.
    if (path.endsWith(".revision") && !path.contains(".extra_body.")) {
      return JsonNodeFactory.instance.textNode(spelling);
    }
    if (NOT_FINITE.matcher(spelling).matches()
        || (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT
            && !Double.isFinite(parser.getDoubleValue()))) {
      errors.add(path, spelling, "a finite number");
      return MissingNode.getInstance();
    }
    if (LEADING_ZERO.matcher(spelling).matches()) {
      errors.add(path, spelling, "a number without a leading zero, which YAML reads as octal");
    }
    return MAPPER.readTree(parser);
  }

  private boolean alias(String path) throws IOException {
    if (!parser.isCurrentAlias()) {
      return false;
    }
    errors.add(path, "an alias", "the value itself; aliases are not supported");
    return true;
  }
}
