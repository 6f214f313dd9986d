package io.retort.spec;

import java.io.StringReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Lines of a spec's text on which its fields stand. */
public final class SpecLines {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_NODES = 100_000;

  private final Map<String, Integer> lines = new HashMap<>();
  private int nodes;

  private SpecLines() {}

  /** Of a text that is no YAML, or too large, it knows no lines. */
  public static SpecLines of(String text) {
    SpecLines found = new SpecLines();
    if (text.length() > SpecText.MAX_CHARACTERS) {
      return found;
    }
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(SpecText.MAX_CHARACTERS);
    options.setNestingDepthLimit(MAX_DEPTH);
    try {
      @Nullable Node root = new Yaml(options).compose(new StringReader(text));
      if (root != null) {
        found.collect(root, "", 0);
      }
    } catch (YAMLException e) {
      // The reader of the spec reports it, with its line.
      return new SpecLines();
    }
    return found;
  }

  /**
   * The line of a field, from 1, or that of the nearest mapping around it: a missing field has none
   * of its own.
   *
   * @param path as in {@link SpecViolation#field()}
   */
  public OptionalInt line(String path) {
    String at = path;
    while (!at.isEmpty()) {
      Integer line = lines.get(at);
      if (line != null) {
        return OptionalInt.of(line);
      }
      int cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
      at = cut < 0 ? "" : at.substring(0, cut);
    }
    return OptionalInt.empty();
  }

  private void collect(Node node, String path, int depth) {
    nodes++;
    if (nodes > MAX_NODES || depth > MAX_DEPTH) {
      return;
    }
    if (node instanceof MappingNode mapping) {
      for (NodeTuple tuple : mapping.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          String below = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
          lines.putIfAbsent(below, key.getStartMark().getLine() + 1);
          collect(tuple.getValueNode(), below, depth + 1);
        }
      }
    } else if (node instanceof SequenceNode sequence) {
      List<Node> items = sequence.getValue();
      for (int index = 0; index < items.size(); index++) {
        String item = path + "[" + index + "]";
        lines.putIfAbsent(item, items.get(index).getStartMark().getLine() + 1);
        collect(items.get(index), item, depth + 1);
      }
    }
  }
}
