package io.retort.spec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Fills a message from a tree, by field names; collects all violations. */
final class SpecMapper {
  private static final int MOST_TYPOS = 3;

  private final List<SpecViolation> violations = new ArrayList<>();

  List<SpecViolation> violations() {
    return violations;
  }

  void fill(Message.Builder builder, SpecNode node, String path) {
    if (node instanceof SpecNode.Empty) {
      return;
    }
    if (!(node instanceof SpecNode.Mapping mapping)) {
      violations.add(
          SpecViolation.of(
              path,
              shown(builder.getDescriptorForType(), node),
              "a mapping with " + keys(builder.getDescriptorForType())));
      return;
    }
    for (Map.Entry<String, SpecNode> entry : mapping.entries().entrySet()) {
      String key = SecretValues.without(entry.getKey());
      String fieldPath = path.isEmpty() ? key : path + "." + key;
      FieldDescriptor field = builder.getDescriptorForType().findFieldByName(entry.getKey());
      if (field == null) {
        violations.add(unknownKey(builder.getDescriptorForType(), entry.getKey(), fieldPath));
      } else if (hasOther(builder, field)) {
        violations.add(
            SpecViolation.of(
                fieldPath,
                "beside another",
                "one of " + keys(field.getRealContainingOneof().getFields())));
      } else if (field.isMapField()) {
        fillMap(builder, field, entry.getValue(), fieldPath);
      } else if (field.isRepeated()) {
        fillRepeated(builder, field, entry.getValue(), fieldPath);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        if (!(entry.getValue() instanceof SpecNode.Empty)) {
          message(builder.getFieldBuilder(field), entry.getValue(), fieldPath);
        }
      } else {
        single(field, entry.getValue(), fieldPath)
            .ifPresent(value -> builder.setField(field, value));
      }
    }
  }

  /** Suggests the key that was probably meant, or lists all keys. */
  static SpecViolation unknownKey(Descriptor type, String key, String path) {
    int typos = Math.max(1, Math.min(MOST_TYPOS, key.length() / 3));
    LevenshteinDistance distance = new LevenshteinDistance(typos);
    String lowerCase = key.toLowerCase(Locale.ROOT).replace('-', '_');
    return type.getFields().stream()
        .map(FieldDescriptor::getName)
        .filter(name -> distance.apply(lowerCase, name) >= 0)
        .min(Comparator.comparingInt(name -> distance.apply(lowerCase, name)))
        .map(name -> SpecViolation.of(path, "unknown key", name))
        .orElseGet(() -> SpecViolation.of(path, "unknown key", "one of " + keys(type)));
  }

  private static String keys(Descriptor type) {
    return keys(type.getFields());
  }

  private static String keys(List<FieldDescriptor> fields) {
    return fields.stream().map(FieldDescriptor::getName).collect(Collectors.joining(", "));
  }

  private static boolean hasOther(Message.Builder builder, FieldDescriptor field) {
    return field.getRealContainingOneof() != null
        && builder.hasOneof(field.getRealContainingOneof());
  }

  private void message(Message.Builder builder, SpecNode node, String path) {
    if (!builder.getDescriptorForType().getFile().getPackage().equals("google.protobuf")) {
      fill(builder, node, path);
      return;
    }
    // Durations, masks and values have a JSON form of their own.
    try {
      JsonFormat.parser().merge(node.json().toString(), builder);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      violations.add(SpecViolation.of(path, node.shown(), wellKnown(builder)));
    }
  }

  private static String wellKnown(Message.Builder builder) {
    return switch (builder.getDescriptorForType().getName()) {
      case "Duration" -> "seconds such as 300s";
      case "FieldMask" -> "paths of fields, with commas between";
      default -> "JSON of " + builder.getDescriptorForType().getFullName();
    };
  }

  /** Maps have keys that are text, and values of one kind. */
  private void fillMap(Message.Builder builder, FieldDescriptor field, SpecNode node, String path) {
    if (node instanceof SpecNode.Empty) {
      return;
    }
    if (!(node instanceof SpecNode.Mapping mapping)) {
      violations.add(SpecViolation.of(path, shown(field, node), "a mapping"));
      return;
    }
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor value = field.getMessageType().findFieldByName("value");
    for (Map.Entry<String, SpecNode> entry : mapping.entries().entrySet()) {
      single(value, entry.getValue(), path + "." + entry.getKey())
          .ifPresent(
              single ->
                  builder.addRepeatedField(
                      field,
                      builder
                          .newBuilderForField(field)
                          .setField(key, entry.getKey())
                          .setField(value, single)
                          .build()));
    }
  }

  private void fillRepeated(
      Message.Builder builder, FieldDescriptor field, SpecNode node, String path) {
    if (node instanceof SpecNode.Empty) {
      return;
    }
    if (!(node instanceof SpecNode.Sequence sequence)) {
      violations.add(SpecViolation.of(path, shown(field, node), "a list"));
      return;
    }
    for (int index = 0; index < sequence.items().size(); index++) {
      SpecNode item = sequence.items().get(index);
      String itemPath = path + "[" + index + "]";
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        Message.Builder itemBuilder = builder.newBuilderForField(field);
        message(itemBuilder, item, itemPath);
        builder.addRepeatedField(field, itemBuilder.build());
      } else if (item instanceof SpecNode.Empty) {
        violations.add(SpecViolation.missing(itemPath, "a value"));
      } else {
        single(field, item, itemPath).ifPresent(value -> builder.addRepeatedField(field, value));
      }
    }
  }

  private Optional<Object> single(FieldDescriptor field, SpecNode node, String path) {
    if (node instanceof SpecNode.Empty) {
      return Optional.empty();
    }
    if (!(node instanceof SpecNode.Scalar scalar)) {
      return refuse(field, node, path, expectation(field));
    }
    return switch (field.getJavaType()) {
      case INT, LONG -> wholeNumber(field, scalar, path);
      case FLOAT, DOUBLE -> number(field, scalar, path);
      case BOOLEAN -> bool(field, scalar, path);
      case STRING -> text(field, scalar, path);
      case ENUM -> enumValue(field, scalar, path);
      case BYTE_STRING, MESSAGE ->
          throw new IllegalStateException(
              field.getFullName() + " is of a type that a spec cannot have");
    };
  }

  static String expectation(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case INT, LONG -> "a whole number";
      case FLOAT, DOUBLE -> "a number";
      case BOOLEAN -> "true or false";
      case STRING -> "text";
      case ENUM -> EnumNames.expectation(field.getEnumType());
      case MESSAGE -> "a mapping with " + keys(field.getMessageType());
      case BYTE_STRING -> "bytes";
    };
  }

  private Optional<Object> wholeNumber(FieldDescriptor field, SpecNode.Scalar scalar, String path) {
    Optional<BigDecimal> number = decimal(scalar);
    if (number.isEmpty() || number.get().stripTrailingZeros().scale() > 0) {
      return refuse(field, scalar, path, "a whole number");
    }
    BigDecimal value = number.get();
    boolean unsigned = field.getType() == FieldDescriptor.Type.UINT32;
    long least = unsigned ? 0 : Integer.MIN_VALUE;
    long most = unsigned ? 0xFFFF_FFFFL : Integer.MAX_VALUE;
    if (field.getJavaType() == FieldDescriptor.JavaType.LONG) {
      throw new IllegalStateException(
          field.getFullName() + " is of a type that a spec cannot have");
    }
    if (value.compareTo(BigDecimal.valueOf(least)) < 0
        || value.compareTo(BigDecimal.valueOf(most)) > 0) {
      return refuse(field, scalar, path, "a whole number from " + least + " to " + most);
    }
    return Optional.of((int) value.longValueExact());
  }

  private Optional<Object> number(FieldDescriptor field, SpecNode.Scalar scalar, String path) {
    Optional<BigDecimal> number = decimal(scalar);
    if (number.isEmpty() || Double.isInfinite(number.get().doubleValue())) {
      return refuse(field, scalar, path, "a number");
    }
    return Optional.of(
        field.getJavaType() == FieldDescriptor.JavaType.FLOAT
            ? (Object) number.get().floatValue()
            : (Object) number.get().doubleValue());
  }

  private static Optional<BigDecimal> decimal(SpecNode.Scalar scalar) {
    return scalar.kind() == SpecNode.Kind.NUMBER
        ? Numbers.decimal(scalar.text().replace("_", ""))
        : Optional.empty();
  }

  private Optional<Object> bool(FieldDescriptor field, SpecNode.Scalar scalar, String path) {
    return switch (scalar.text().toLowerCase(Locale.ROOT)) {
      case "true" -> Optional.of(true);
      case "false" -> Optional.of(false);
      default -> refuse(field, scalar, path, "true or false");
    };
  }

  private Optional<Object> text(FieldDescriptor field, SpecNode.Scalar scalar, String path) {
    return scalar.kind() == SpecNode.Kind.TEXT
        ? Optional.of(scalar.text())
        : refuse(field, scalar, path, "text; put it in quotes");
  }

  private Optional<Object> enumValue(FieldDescriptor field, SpecNode.Scalar scalar, String path) {
    Optional<EnumValueDescriptor> value =
        scalar.kind() == SpecNode.Kind.NUMBER
            ? Optional.empty()
            : EnumNames.find(field.getEnumType(), scalar.text());
    return value.isPresent()
        ? Optional.of(value.get())
        : refuse(field, scalar, path, EnumNames.expectation(field.getEnumType()));
  }

  private Optional<Object> refuse(
      FieldDescriptor field, SpecNode node, String path, String expectation) {
    violations.add(SpecViolation.of(path, shown(field, node), expectation));
    return Optional.empty();
  }

  private static String shown(FieldDescriptor field, SpecNode node) {
    return shown(field.getContainingType(), node);
  }

  /**
   * @param type in which, or in place of which, the value stands
   */
  private static String shown(Descriptor type, SpecNode node) {
    return node instanceof SpecNode.Scalar && SecretValues.isHidden(type)
        ? SecretValues.HIDDEN
        : node.shown();
  }
}
