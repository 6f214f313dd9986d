package io.retort.spec;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces one field of a spec from the command line: {@code data.train[0].limit=64}. */
final class SpecOverride {
  private static final Pattern SEGMENT = Pattern.compile("([A-Za-z0-9_-]+)(?:\\[(\\d{1,6})])?");

  private final String path;
  private final List<Segment> segments;
  private final SpecNode value;

  private SpecOverride(String path, List<Segment> segments, SpecNode value) {
    this.path = path;
    this.segments = segments;
    this.value = value;
  }

  static SpecOverride parse(String override) throws SpecException {
    int equals = override.indexOf('=');
    if (equals <= 0) {
      throw new SpecException(
          List.of(SpecViolation.of("", '"' + override + '"', "field=value, for example seed=7")));
    }
    String path = override.substring(0, equals).strip();
    List<Segment> segments = new ArrayList<>();
    for (String part : path.split("\\.", -1)) {
      Matcher matcher = SEGMENT.matcher(part);
      if (!matcher.matches()) {
        throw new SpecException(
            List.of(SpecViolation.of(path, '"' + part + '"', "a field name, or name[index]")));
      }
      segments.add(
          new Segment(
              matcher.group(1),
              matcher.group(2) == null ? -1 : Integer.parseInt(matcher.group(2))));
    }
    return new SpecOverride(path, segments, SpecText.parse(override.substring(equals + 1)));
  }

  /** The path up to the first list, as far as a field mask can express it. */
  String maskPath() {
    List<String> names = new ArrayList<>();
    for (Segment segment : segments) {
      names.add(segment.name);
      if (segment.index >= 0) {
        break;
      }
    }
    return String.join(".", names);
  }

  SpecNode applyTo(SpecNode root) throws SpecException {
    return set(root, 0);
  }

  private SpecNode set(SpecNode node, int depth) throws SpecException {
    if (depth == segments.size()) {
      return value;
    }
    Segment segment = segments.get(depth);
    Map<String, SpecNode> entries = new LinkedHashMap<>();
    if (node instanceof SpecNode.Mapping mapping) {
      entries.putAll(mapping.entries());
    }
    SpecNode current = entries.getOrDefault(segment.name, new SpecNode.Empty());
    entries.put(
        segment.name,
        segment.index < 0 ? set(current, depth + 1) : setItem(current, segment, depth));
    return new SpecNode.Mapping(entries);
  }

  private SpecNode setItem(SpecNode list, Segment segment, int depth) throws SpecException {
    List<SpecNode> items =
        new ArrayList<>(
            list instanceof SpecNode.Sequence sequence ? sequence.items() : List.<SpecNode>of());
    if (segment.index > items.size()) {
      throw new SpecException(
          List.of(
              SpecViolation.of(
                  path, "index " + segment.index, "at most " + items.size() + ", the next free")));
    }
    if (segment.index == items.size()) {
      items.add(new SpecNode.Empty());
    }
    items.set(segment.index, set(items.get(segment.index), depth + 1));
    return new SpecNode.Sequence(items);
  }

  private record Segment(String name, int index) {}
}
