package io.retort.pages;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Value;
import io.retort.enums.EnumText;
import io.retort.spec.FieldGuide;
import io.retort.spec.SpecViolation;
import io.retort.store.ProtoJson;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A spec as a form: every field of the contract, with what is filled in, what it was in the run
 * that is retrained, and what is wrong with it. A list of messages has one empty item more.
 */
public record SpecForm(Section root) {
  /** Before the paths in the names of the form's fields. */
  static final String PREFIX = "spec.";

  private static final int MOST_ITEMS = 32;

  /**
   * A message of the spec.
   *
   * @param open whether it is shown without being asked for
   */
  public record Section(
      String title, String path, List<Field> fields, List<Section> sections, boolean open) {
    public String id() {
      return SpecForm.id(path);
    }

    Stream<Field> all() {
      return Stream.concat(fields.stream(), sections.stream().flatMap(Section::all));
    }

    /** Of its fields, of the sections in it, and of theirs. */
    Stream<String> paths() {
      return Stream.concat(
          fields.stream().map(Field::path),
          sections.stream().flatMap(one -> Stream.concat(Stream.of(one.path()), one.paths())));
    }
  }

  /**
   * A field that holds a value or a list of values.
   *
   * @param options values to choose from, empty where any text may be written
   * @param placeholder the default
   * @param error what is wrong, empty where nothing is
   * @param changed whether the value is not the one in the run that is retrained
   * @param was that value; empty where it was not set
   * @param retrained whether there is such a run
   */
  public record Field(
      FieldDescriptor descriptor,
      String path,
      String label,
      String value,
      List<String> options,
      String placeholder,
      String help,
      String error,
      boolean changed,
      String was,
      boolean retrained) {
    public String name() {
      return PREFIX + path;
    }

    public String id() {
      return SpecForm.id(path);
    }

    /** {@code path=value} as {@code SpecReader} takes it; an empty value clears the field. */
    String override() {
      if (value.isEmpty()) {
        return path + "=";
      }
      if (!descriptor.isRepeated()) {
        return path + "=" + yaml(value);
      }
      return path
          + "="
          + Arrays.stream(value.split(",", -1))
              .map(String::strip)
              .filter(item -> !item.isEmpty())
              .map(this::yaml)
              .collect(Collectors.joining(", ", "[", "]"));
    }

    /** Text is quoted, so that it stays text whatever it contains. */
    private String yaml(String text) {
      return descriptor.getJavaType() == FieldDescriptor.JavaType.STRING
              || descriptor.getJavaType() == FieldDescriptor.JavaType.ENUM
          ? ProtoJson.print(Value.newBuilder().setStringValue(text).build())
          : text;
    }
  }

  /** Of a field in the page. */
  static String id(String path) {
    return "field-" + path.replaceAll("[^A-Za-z0-9_]", "-");
  }

  /**
   * @param values what is filled in, by path
   * @param origin values of the run that is retrained, empty for a new run
   */
  static SpecForm of(
      Map<String, String> values, Map<String, String> origin, List<SpecViolation> violations) {
    return new SpecForm(new Builder(values, origin, violations).root());
  }

  /** Of all fields that are filled in. */
  List<String> overrides() {
    return root.all().filter(field -> !field.value().isEmpty()).map(Field::override).toList();
  }

  /** Of all fields that differ from the origin. */
  List<String> changes() {
    return root.all().filter(Field::changed).map(Field::override).toList();
  }

  private record Builder(
      Map<String, String> values, Map<String, String> origin, List<SpecViolation> violations) {
    Section root() {
      return section(RunSpec.getDescriptor(), "", "General", true);
    }

    private Section section(Descriptor type, String path, String title, boolean open) {
      List<Field> fields = new ArrayList<>();
      List<Section> sections = new ArrayList<>();
      for (FieldDescriptor field : type.getFields()) {
        String fieldPath = path.isEmpty() ? field.getName() : path + "." + field.getName();
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
          fields.add(field(field, fieldPath));
        } else if (field.isRepeated()) {
          int items = items(fieldPath);
          for (int index = 0; index <= items && index < MOST_ITEMS; index++) {
            String item = fieldPath + "[" + index + "]";
            sections.add(
                section(
                    field.getMessageType(),
                    item,
                    words(field) + " " + (index + 1),
                    index < items || (items == 0 && field.getName().equals("train"))));
          }
        } else {
          sections.add(
              section(
                  field.getMessageType(),
                  fieldPath,
                  words(field),
                  fieldPath.equals("data") || isTouched(fieldPath + ".")));
        }
      }
      return new Section(title, path, fields, sections, open || isTouched(path + "."));
    }

    private Field field(FieldDescriptor field, String path) {
      FieldGuide guide = FieldGuide.of(field);
      String value = values.getOrDefault(path, "");
      String was = origin.getOrDefault(path, "");
      boolean changed = !origin.isEmpty() && !value.equals(was);
      String error =
          violations.stream()
              .filter(one -> one.field().equals(path) || one.field().startsWith(path + "["))
              .map(SpecViolation::description)
              .collect(Collectors.joining("; "));
      return new Field(
          field,
          path,
          words(field),
          value,
          options(field),
          guide.defaultValue(),
          help(field, guide),
          error,
          changed,
          was,
          !origin.isEmpty());
    }

    private int items(String path) {
      int items = 0;
      while (items < MOST_ITEMS && hasAny(path + "[" + items + "].")) {
        items++;
      }
      return items;
    }

    private boolean hasAny(String prefix) {
      return Stream.concat(
              values.entrySet().stream()
                  .filter(entry -> !entry.getValue().isEmpty())
                  .map(Map.Entry::getKey),
              origin.keySet().stream())
          .anyMatch(path -> path.startsWith(prefix));
    }

    /** Whether something in a section is wrong or changed, or, for a new run, filled in. */
    private boolean isTouched(String prefix) {
      return violations.stream().anyMatch(one -> one.field().startsWith(prefix))
          || values.entrySet().stream()
              .filter(entry -> entry.getKey().startsWith(prefix))
              .anyMatch(entry -> !entry.getValue().equals(origin.getOrDefault(entry.getKey(), "")));
    }

    private static List<String> options(FieldDescriptor field) {
      if (field.isRepeated()) {
        return List.of();
      }
      return switch (field.getJavaType()) {
        case BOOLEAN -> List.of("true", "false");
        case ENUM ->
            field.getEnumType().getValues().stream()
                .filter(value -> value.getNumber() != 0)
                .map(value -> EnumText.shortName(value))
                .toList();
        case INT, LONG, FLOAT, DOUBLE, STRING, BYTE_STRING, MESSAGE -> List.of();
      };
    }

    private static String help(FieldDescriptor field, FieldGuide guide) {
      List<String> parts = new ArrayList<>();
      parts.add(
          field.isRepeated()
              ? "a list separated by commas, each " + guide.expectation()
              : guide.expectation());
      if (!guide.defaultValue().isEmpty()) {
        parts.add("default " + guide.defaultValue());
      }
      if (!guide.defaultRule().isEmpty()) {
        parts.add("default: " + guide.defaultRule());
      }
      return String.join("; ", parts);
    }

    private static String words(FieldDescriptor field) {
      return field.getName().replace('_', ' ');
    }
  }
}
