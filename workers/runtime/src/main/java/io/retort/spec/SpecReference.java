package io.retort.spec;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.enums.EnumText;
import io.retort.run.RunStages;
import io.retort.stage.OperationalFields;
import io.retort.stage.RunStage;
import io.retort.v1.MemberDefault;
import io.retort.v1.RunSpec;
import io.retort.v1.SpecDefaultOptions;
import io.retort.v1.Stage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Every field of a spec, from the contract alone. */
public final class SpecReference {
  /** Fields that are the default of others, which stages read. */
  private static final Map<String, List<String>> DEFAULT_OF =
      Map.of(
          "name", List.of("release.model"),
          "judge.endpoint", roles("endpoint"),
          "judge.temperature", roles("temperature"),
          "judge.max_tokens", roles("max_tokens"));

  /** Values that the contract has and a field refuses, as {@link SpecValidator} does. */
  private static final Map<String, Set<String>> REFUSED_VALUES =
      Map.of("cogpo.batching", Set.of("packed"));

  private static final List<SpecField> ALL = all(RunSpec.getDescriptor().getFields(), "", null);

  /** In the order of the proto files; a mapping comes before its fields. */
  public static List<SpecField> all() {
    return ALL;
  }

  /**
   * @param path also with indices: {@code data.train[0].limit}
   */
  public static Optional<SpecField> find(String path) {
    String plain = plain(path);
    return ALL.stream().filter(field -> field.path().equals(plain)).findFirst();
  }

  /** The fields of a mapping, of every depth; empty for a path that is no mapping. */
  public static List<SpecField> below(String path) {
    String prefix = plain(path) + ".";
    return ALL.stream().filter(field -> field.path().startsWith(prefix)).toList();
  }

  private static String plain(String path) {
    return path.replaceAll("\\[\\d*\\]", "");
  }

  private static List<SpecField> all(
      List<FieldDescriptor> fields, String parentPath, @Nullable FieldDescriptor parent) {
    List<SpecField> all = new ArrayList<>();
    for (FieldDescriptor field : fields) {
      String path = parentPath.isEmpty() ? field.getName() : parentPath + "." + field.getName();
      boolean mapping = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
      List<SpecField> members =
          mapping ? all(field.getMessageType().getFields(), path, field) : List.of();
      all.add(
          new SpecField(
              path,
              type(field, path),
              asInSpecs(field, defaultValue(field, parent)),
              bounds(field),
              comment(field),
              values(field, path),
              mapping ? readers(members) : readers(path),
              mapping ? "" : operational(path)));
      all.addAll(members);
    }
    return all;
  }

  private static String type(FieldDescriptor field, String path) {
    String one =
        switch (field.getJavaType()) {
          case INT, LONG -> "whole number";
          case FLOAT, DOUBLE -> "number";
          case BOOLEAN -> "true or false";
          case STRING, BYTE_STRING -> "text";
          case ENUM ->
              values(field, path).stream()
                  .map(SpecField.EnumValue::name)
                  .collect(Collectors.joining(", ", "one of ", ""));
          case MESSAGE -> "mapping";
        };
    return field.isRepeated() ? "list of: " + one : one;
  }

  private static String defaultValue(FieldDescriptor field, @Nullable FieldDescriptor parent) {
    String rule = field.getOptions().getExtension(SpecDefaultOptions.defaultRule);
    if (field.getOptions().hasExtension(SpecDefaultOptions.defaultValue)) {
      String value = field.getOptions().getExtension(SpecDefaultOptions.defaultValue);
      String shown = value.isEmpty() ? "empty text" : value;
      return rule.isEmpty() ? shown : shown + ", " + rule;
    }
    if (!rule.isEmpty() || parent == null) {
      return rule;
    }
    return parent.getOptions().getExtension(SpecDefaultOptions.memberDefault).stream()
        .filter(member -> member.getField().equals(field.getName()))
        .map(SpecReference::shown)
        .collect(Collectors.joining(", else "));
  }

  /** The contract writes values of enums in upper case, specs in lower case. */
  private static String asInSpecs(FieldDescriptor field, String defaultValue) {
    String text = defaultValue;
    if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
      for (EnumValueDescriptor value : field.getEnumType().getValues()) {
        String name = EnumText.shortName(value);
        text = text.replaceAll("\\b" + name + "\\b", name.toLowerCase(Locale.ROOT));
      }
    }
    return text;
  }

  private static String shown(MemberDefault member) {
    return member.getWith().isEmpty()
        ? member.getValue()
        : member.getValue() + " with " + member.getWith();
  }

  private static String bounds(FieldDescriptor field) {
    Set<String> bounds = new LinkedHashSet<>();
    bounds.add(FieldHints.of(field).orElseGet(() -> RuleExpectation.of(field, false)));
    if (field.isRepeated() && field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      bounds.add("each " + RuleExpectation.of(field, true));
    }
    String plain = SpecMapper.expectation(field);
    return bounds.stream()
        .filter(text -> !text.equals(plain) && !text.equals("each " + plain))
        .filter(text -> !text.equals("a list"))
        .filter(text -> field.getJavaType() != FieldDescriptor.JavaType.ENUM || !isOneOf(text))
        .collect(Collectors.joining("; "));
  }

  private static boolean isOneOf(String text) {
    return text.startsWith("one of ") || text.startsWith("each one of ");
  }

  private static String comment(FieldDescriptor field) {
    String own = ProtoComments.of(field.getFullName());
    return own.isEmpty() && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        ? ProtoComments.of(field.getMessageType().getFullName())
        : own;
  }

  private static List<SpecField.EnumValue> values(FieldDescriptor field, String path) {
    if (field.getJavaType() != FieldDescriptor.JavaType.ENUM) {
      return List.of();
    }
    return field.getEnumType().getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .map(SpecReference::value)
        .filter(value -> !REFUSED_VALUES.getOrDefault(path, Set.of()).contains(value.name()))
        .toList();
  }

  private static SpecField.EnumValue value(EnumValueDescriptor value) {
    return new SpecField.EnumValue(
        EnumText.shortName(value).toLowerCase(Locale.ROOT),
        ProtoComments.of(value.getType().getFullName() + "." + value.getName()));
  }

  private static List<Stage> readers(List<SpecField> members) {
    return Arrays.stream(Stage.values())
        .filter(stage -> members.stream().anyMatch(member -> member.readers().contains(stage)))
        .toList();
  }

  private static List<Stage> readers(String path) {
    if (!operational(path).isEmpty()) {
      return List.of();
    }
    List<String> paths = new ArrayList<>(DEFAULT_OF.getOrDefault(path, List.of()));
    paths.add(path);
    return RunStages.ALL.stream()
        .filter(
            stage ->
                paths.stream()
                    .anyMatch(one -> stage.reads().stream().anyMatch(read -> covers(read, one))))
        .map(RunStage::stage)
        .toList();
  }

  private static String operational(String path) {
    return OperationalFields.REASONS.entrySet().stream()
        .filter(entry -> covers(entry.getKey(), path))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private static boolean covers(String declared, String path) {
    return path.equals(declared) || path.startsWith(declared + ".");
  }

  private static List<String> roles(String member) {
    return List.of(
        "judge.roles.evaluate." + member,
        "judge.roles.improve." + member,
        "judge.roles.validate." + member,
        "judge.roles.corrupt." + member,
        "judge.roles.rate." + member);
  }

  private SpecReference() {}
}
