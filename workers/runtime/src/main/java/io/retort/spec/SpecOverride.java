package io.retort.spec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.v1.RunSpec;
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
    String written = override.substring(equals + 1);
    // YAML reads nothing as null, which would be the default and not an empty text.
    SpecNode value =
        written.isBlank() && isText(segments)
            ? new SpecNode.Scalar("", SpecNode.Kind.TEXT)
            : SpecText.parse(written);
    return new SpecOverride(path, segments, value);
  }

  private static boolean isText(List<Segment> segments) {
    Descriptor type = RunSpec.getDescriptor();
    for (Segment segment : segments.subList(0, segments.size() - 1)) {
      FieldDescriptor field = type.findFieldByName(segment.name);
      if (field == null || field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        return false;
      }
      type = field.getMessageType();
    }
    Segment last = segments.get(segments.size() - 1);
    FieldDescriptor field = type.findFieldByName(last.name);
    return field != null
        && field.getJavaType() == FieldDescriptor.JavaType.STRING
        && field.isRepeated() == (last.index >= 0);
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
    } else if (!(node instanceof SpecNode.Empty)) {
      throw refused(depth, "", node, "a mapping");
    }
    SpecNode current = entries.getOrDefault(segment.name, new SpecNode.Empty());
    entries.put(
        segment.name,
        segment.index < 0 ? set(current, depth + 1) : setItem(current, segment, depth));
    return new SpecNode.Mapping(entries);
  }

  private SpecNode setItem(SpecNode list, Segment segment, int depth) throws SpecException {
    List<SpecNode> items = new ArrayList<>();
    if (list instanceof SpecNode.Sequence sequence) {
      items.addAll(sequence.items());
    } else if (!(list instanceof SpecNode.Empty)) {
      throw refused(depth, segment.name, list, "a list");
    }
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

  /**
   * A part of the text has another type than the path. It is not replaced, because nobody has asked
   * for that.
   *
   * @param depth number of segments before {@code name}
   */
  private SpecException refused(int depth, String name, SpecNode found, String expected) {
    StringBuilder field = new StringBuilder();
    for (Segment segment : segments.subList(0, depth)) {
      field.append(field.isEmpty() ? "" : ".").append(segment.name);
      if (segment.index >= 0) {
        field.append('[').append(segment.index).append(']');
      }
    }
    if (!name.isEmpty()) {
      field.append(field.isEmpty() ? "" : ".").append(name);
    }
    return new SpecException(
        List.of(
            SpecViolation.of(
                field.toString(), found.shown(), expected + ", in which to set " + path)));
  }

  private record Segment(String name, int index) {}
}
