package io.retort.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.retort.output.OutputOptions;
import io.retort.report.Figures;
import io.retort.spec.SpecField;
import io.retort.spec.SpecReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.commons.text.WordUtils;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What {@code spec explain} prints. */
final class FieldExplanation {
  private static final int SUGGESTIONS = 3;
  private static final int WIDTH = 100;

  /** One field in full; several as lines, after the mapping that they are in. */
  static String text(String path, List<SpecField> fields) {
    if (fields.size() == 1) {
      return full(fields.get(0));
    }
    List<String> lines = new ArrayList<>();
    List<SpecField> members = fields;
    if (!path.isEmpty()) {
      lines.add(full(fields.get(0)));
      lines.add("");
      members = fields.subList(1, fields.size());
    }
    int width = members.stream().mapToInt(field -> field.path().length()).max().orElse(0);
    for (SpecField field : members) {
      String start = field.path() + " ".repeat(width - field.path().length()) + "  ";
      String rest =
          field.type()
              + (field.defaultValue().isEmpty() ? "" : ", default " + field.defaultValue());
      lines.add(
          (start + rest).length() <= WIDTH
              ? start + rest
              : (start + rest).substring(0, WIDTH - 3) + "...");
    }
    return String.join("\n", lines);
  }

  static ObjectNode data(SpecField field) {
    ObjectNode data = OutputOptions.object();
    data.put("field", field.path())
        .put("type", field.type())
        .put("default", field.defaultValue())
        .put("bounds", field.bounds())
        .put("comment", field.comment());
    field
        .values()
        .forEach(
            value ->
                data.withArray("values")
                    .addObject()
                    .put("name", value.name())
                    .put("comment", value.comment()));
    field.readers().forEach(stage -> data.withArray("read_by").add(Figures.name(stage)));
    data.withArray("read_by");
    return data.put("operational", field.operational());
  }

  /** Names the fields that were probably meant. */
  static String unknown(String path) {
    String last = path.substring(path.lastIndexOf('.') + 1);
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    String near =
        SpecReference.all().stream()
            .map(SpecField::path)
            .sorted(
                Comparator.comparingInt(
                        (String known) ->
                            Math.min(
                                distance.apply(path, known),
                                distance.apply(last, known.substring(known.lastIndexOf('.') + 1))))
                    .thenComparing(Comparator.comparingInt(String::length)))
            .limit(SUGGESTIONS)
            .collect(Collectors.joining(", "));
    return "FIELD: " + path + " (expected: a field of a spec, for example " + near + ")";
  }

  /** The stages that read it, or why none does. */
  static String readers(SpecField field) {
    if (!field.readers().isEmpty()) {
      return field.readers().stream().map(Figures::name).collect(Collectors.joining(", "));
    }
    return field.operational().isEmpty() ? "" : "none: " + field.operational();
  }

  private static String full(SpecField field) {
    List<String> lines = new ArrayList<>(List.of(field.path()));
    add(lines, "type", field.type());
    add(lines, "default", field.defaultValue());
    add(lines, "bounds", field.bounds());
    add(lines, "read by", readers(field));
    if (!field.comment().isEmpty()) {
      lines.add("");
      WordUtils.wrap(field.comment(), WIDTH - 2).lines().forEach(line -> lines.add("  " + line));
    }
    for (SpecField.EnumValue value : field.values()) {
      lines.add("  " + value.name() + (value.comment().isEmpty() ? "" : ": " + value.comment()));
    }
    return String.join("\n", lines);
  }

  private static void add(List<String> lines, String name, String value) {
    if (!value.isEmpty()) {
      lines.add(String.format("  %-8s %s", name, value));
    }
  }

  private FieldExplanation() {}
}
