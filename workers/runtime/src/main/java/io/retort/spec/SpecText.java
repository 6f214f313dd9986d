package io.retort.spec;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.representer.Representer;

/** Parses untrusted text: refuses type tags, and limits size, depth and growth by aliases. */
final class SpecText {
  static final int MAX_CHARACTERS = 1 << 20;
  private static final String EXPECTED =
      " (expected: YAML or JSON; check that it is the right file, its indentation, and the quotes"
          + " around values that contain a colon)";
  private static final int MAX_DEPTH = 32;
  private static final int MAX_ALIASES = 50;
  private static final int MAX_NODES = 100_000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  static {
    JSON.getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build());
  }

  private final List<SpecViolation> violations = new ArrayList<>();
  private int nodes;

  private SpecText() {}

  /** Parses YAML, or JSON if the text begins with a brace and is well-formed JSON. */
  static SpecNode parse(String text) throws SpecException {
    if (text.length() > MAX_CHARACTERS) {
      throw new SpecException(
          List.of(
              SpecViolation.of("", text.length() + " characters", "at most " + MAX_CHARACTERS)));
    }
    SpecText parser = new SpecText();
    SpecNode node =
        text.stripLeading().startsWith("{") ? parser.parseJson(text) : parser.parseYaml(text);
    SpecException.throwIfAny(parser.violations);
    return node;
  }

  private SpecNode parseJson(String text) throws SpecException {
    try {
      return fromJson(JSON.readTree(text));
    } catch (NumberFormatException tooLargeAnExponent) {
      return parseYaml(text);
    } catch (JsonProcessingException notJson) {
      try {
        // A YAML flow mapping also begins with a brace.
        return parseYaml(text);
      } catch (SpecException notYaml) {
        JsonLocation place = notJson.getLocation();
        if (place == null) {
          // A limit is exceeded, and that of YAML is the same.
          throw notYaml;
        }
        throw malformed(place.getLineNr(), notJson.getOriginalMessage(), " (expected: JSON)");
      }
    }
  }

  private static SpecException malformed(int line, String problem, String expected) {
    return new SpecException(
        List.of(
            new SpecViolation(
                "", "line " + line + ": " + SecretValues.without(problem) + expected)));
  }

  private SpecNode fromJson(JsonNode node) {
    if (node.isObject()) {
      Map<String, SpecNode> entries = new LinkedHashMap<>();
      node.properties().forEach(entry -> entries.put(entry.getKey(), fromJson(entry.getValue())));
      return new SpecNode.Mapping(entries);
    }
    if (node.isArray()) {
      List<SpecNode> items = new ArrayList<>();
      node.forEach(item -> items.add(fromJson(item)));
      return new SpecNode.Sequence(items);
    }
    if (node.isNumber()) {
      return new SpecNode.Scalar(node.asText(), SpecNode.Kind.NUMBER);
    }
    if (node.isBoolean()) {
      return new SpecNode.Scalar(node.asText(), SpecNode.Kind.BOOLEAN);
    }
    return node.isTextual()
        ? new SpecNode.Scalar(node.asText(), SpecNode.Kind.TEXT)
        : new SpecNode.Empty();
  }

  private SpecNode parseYaml(String text) throws SpecException {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(MAX_CHARACTERS);
    options.setMaxAliasesForCollections(MAX_ALIASES);
    options.setNestingDepthLimit(MAX_DEPTH);
    Yaml yaml =
        new Yaml(
            new SafeConstructor(options),
            new Representer(new DumperOptions()),
            new DumperOptions(),
            options);
    try {
      @Nullable Node root = yaml.compose(new StringReader(text));
      return root == null ? new SpecNode.Empty() : fromYaml(root, "", 0);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw malformed(line, String.valueOf(e.getProblem()), EXPECTED);
    } catch (ReaderException e) {
      String character = String.format(Locale.ROOT, "the character U+%04X", e.getCodePoint());
      throw malformed(
          lineOf(text, e.getPosition()), character, " (expected: text that can be printed)");
    } catch (YAMLException e) {
      throw new SpecException(List.of(new SpecViolation("", e.getMessage() + EXPECTED)));
    }
  }

  /**
   * @param position in code points, from 0
   */
  private static int lineOf(String text, int position) {
    return 1 + (int) text.codePoints().limit(position).filter(point -> point == '\n').count();
  }

  private SpecNode fromYaml(Node node, String path, int depth) {
    nodes++;
    if (nodes > MAX_NODES) {
      throw new YAMLException("more than " + MAX_NODES + " values, counting aliases");
    }
    // An alias inside its own anchor recurses without end.
    if (depth > MAX_DEPTH) {
      throw new YAMLException("nested deeper than " + MAX_DEPTH + " at " + path);
    }
    return switch (node.getNodeId()) {
      case mapping -> mapping((MappingNode) node, path, depth);
      case sequence -> sequence((SequenceNode) node, path, depth);
      case scalar -> scalar((ScalarNode) node, path);
      case anchor -> throw new YAMLException("an alias without an anchor at " + path);
    };
  }

  private SpecNode mapping(MappingNode node, String path, int depth) {
    if (!node.getTag().equals(Tag.MAP)) {
      refuseTag(node, path);
      return new SpecNode.Empty();
    }
    Map<String, SpecNode> entries = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
        violations.add(SpecViolation.of(path, "a key that is no word", "the name of a field"));
        continue;
      }
      String key = keyNode.getValue();
      String keyPath = path.isEmpty() ? key : path + "." + key;
      SpecNode value = fromYaml(tuple.getValueNode(), keyPath, depth + 1);
      if (entries.put(key, value) != null) {
        violations.add(
            SpecViolation.of(
                keyPath,
                "again in line " + (keyNode.getStartMark().getLine() + 1),
                "each key once"));
      }
    }
    return new SpecNode.Mapping(entries);
  }

  private SpecNode sequence(SequenceNode node, String path, int depth) {
    if (!node.getTag().equals(Tag.SEQ)) {
      refuseTag(node, path);
      return new SpecNode.Empty();
    }
    List<SpecNode> items = new ArrayList<>();
    for (Node item : node.getValue()) {
      items.add(fromYaml(item, path + "[" + items.size() + "]", depth + 1));
    }
    return new SpecNode.Sequence(items);
  }

  private SpecNode scalar(ScalarNode node, String path) {
    Tag tag = node.getTag();
    if (tag.equals(Tag.NULL)) {
      return new SpecNode.Empty();
    }
    if (tag.equals(Tag.STR) || tag.equals(Tag.TIMESTAMP)) {
      // YAML 1.1 reads 1e-5 as a word.
      boolean number = node.isPlain() && Numbers.isDecimal(node.getValue());
      return new SpecNode.Scalar(
          node.getValue(), number ? SpecNode.Kind.NUMBER : SpecNode.Kind.TEXT);
    }
    if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
      return new SpecNode.Scalar(node.getValue(), SpecNode.Kind.NUMBER);
    }
    if (tag.equals(Tag.BOOL)) {
      return new SpecNode.Scalar(node.getValue(), SpecNode.Kind.BOOLEAN);
    }
    refuseTag(node, path);
    return new SpecNode.Empty();
  }

  private void refuseTag(Node node, String path) {
    violations.add(SpecViolation.of(path, "tag " + node.getTag().getValue(), "no tag"));
  }
}
