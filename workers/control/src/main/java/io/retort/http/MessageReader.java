package io.retort.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.retort.enums.EnumText;
import io.retort.spec.SpecViolation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fills a message from JSON and from texts of query parameters; collects all violations with their
 * paths. Keys are the proto's field names or their JSON names; names of enum values may be short.
 */
final class MessageReader {
  private static final int SHOWN_CHARACTERS = 80;
  private static final BigDecimal UNSIGNED_INT = BigDecimal.valueOf(0xFFFF_FFFFL);
  private static final BigDecimal UNSIGNED_LONG = new BigDecimal("18446744073709551615");

  /** A caller who is not known yet sends the request: the answer must not outgrow it. */
  private static final int MOST_VIOLATIONS = 100;

  private final List<SpecViolation> violations = new ArrayList<>();

  List<SpecViolation> violations() {
    return violations;
  }

  /** The field of a name; null if the message has none. */
  static @Nullable FieldDescriptor field(Descriptor type, String name) {
    FieldDescriptor field = type.findFieldByName(name);
    if (field != null) {
      return field;
    }
    return type.getFields().stream()
        .filter(candidate -> candidate.getJsonName().equals(name))
        .findFirst()
        .orElse(null);
  }

  void fill(Message.Builder builder, JsonNode node, String path) {
    if (node.isNull()) {
      return;
    }
    if (!node.isObject()) {
      refuse(path, node, "an object");
      return;
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (isFull()) {
        return;
      }
      String fieldPath = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      FieldDescriptor field = field(builder.getDescriptorForType(), entry.getKey());
      if (field == null) {
        unknown(fieldPath, builder.getDescriptorForType());
      } else if (builder.getAllFields().containsKey(field)) {
        violations.add(new SpecViolation(fieldPath, "set twice (expected: each field once)"));
      } else if (hasOther(builder, field)) {
        violations.add(
            new SpecViolation(
                fieldPath,
                "set beside another (expected: at most one of "
                    + field.getRealContainingOneof().getFields().stream()
                        .map(FieldDescriptor::getName)
                        .collect(Collectors.joining(", "))
                    + ")"));
      } else if (field.isMapField()) {
        fillMap(builder, field, entry.getValue(), fieldPath);
      } else if (field.isRepeated()) {
        fillRepeated(builder, field, entry.getValue(), fieldPath);
      } else if (!entry.getValue().isNull()) {
        single(builder, field, entry.getValue(), fieldPath)
            .ifPresent(value -> builder.setField(field, value));
      }
    }
  }

  private static boolean hasOther(Message.Builder builder, FieldDescriptor field) {
    return field.getRealContainingOneof() != null
        && builder.hasOneof(field.getRealContainingOneof());
  }

  /** Sets a field, or adds to a repeated one, from the text of a query parameter or of a path. */
  void set(Message.Builder builder, FieldDescriptor field, String text, String path) {
    if (!field.isRepeated() && builder.getAllFields().containsKey(field)) {
      violations.add(new SpecViolation(path, "set twice (expected: once)"));
      return;
    }
    fromText(builder, field, text, path)
        .ifPresent(
            value -> {
              if (field.isRepeated()) {
                builder.addRepeatedField(field, value);
              } else {
                builder.setField(field, value);
              }
            });
  }

  void unknown(String path, Descriptor type) {
    violations.add(
        new SpecViolation(
            path,
            "unknown (expected: one of "
                + type.getFields().stream()
                    .map(FieldDescriptor::getName)
                    .collect(Collectors.joining(", "))
                + ")"));
  }

  private boolean isFull() {
    return violations.size() >= MOST_VIOLATIONS;
  }

  private void fillRepeated(
      Message.Builder builder, FieldDescriptor field, JsonNode node, String path) {
    if (node.isNull()) {
      return;
    }
    if (!node.isArray()) {
      refuse(path, node, "an array");
      return;
    }
    for (int index = 0; index < node.size() && !isFull(); index++) {
      single(builder, field, node.get(index), path + "[" + index + "]")
          .ifPresent(value -> builder.addRepeatedField(field, value));
    }
  }

  private void fillMap(Message.Builder builder, FieldDescriptor field, JsonNode node, String path) {
    if (node.isNull()) {
      return;
    }
    if (!node.isObject()) {
      refuse(path, node, "an object");
      return;
    }
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor value = field.getMessageType().findFieldByName("value");
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (isFull()) {
        return;
      }
      String entryPath = path + "." + entry.getKey();
      Message.Builder item = builder.newBuilderForField(field);
      Optional<Object> itemKey = fromText(item, key, entry.getKey(), entryPath);
      Optional<Object> itemValue = single(item, value, entry.getValue(), entryPath);
      if (itemKey.isPresent() && itemValue.isPresent()) {
        item.setField(key, itemKey.get()).setField(value, itemValue.get());
        builder.addRepeatedField(field, item.build());
      }
    }
  }

  private Optional<Object> single(
      Message.Builder builder, FieldDescriptor field, JsonNode node, String path) {
    return switch (field.getJavaType()) {
      case MESSAGE -> Optional.of(message(builder.newBuilderForField(field), node, path));
      case BOOLEAN ->
          node.isBoolean() ? Optional.of(node.booleanValue()) : refuse(path, node, "true or false");
      case STRING ->
          node.isTextual() ? Optional.of(node.textValue()) : refuse(path, node, "a string");
      case BYTE_STRING ->
          node.isTextual()
              ? bytes(node.textValue(), path)
              : refuse(path, node, "a string in base64");
      case ENUM ->
          node.isTextual()
              ? enumValue(field.getEnumType(), node.textValue(), path)
              : refuse(path, node, enumExpectation(field.getEnumType()));
      case INT, LONG, FLOAT, DOUBLE -> {
        // JSON of protobuf writes 64-bit integers as strings.
        boolean text = node.isTextual() && field.getJavaType() == JavaType.LONG;
        yield node.isNumber() || text
            ? number(field, node.asText(), path)
            : refuse(path, node, numberExpectation(field));
      }
    };
  }

  private Optional<Object> fromText(
      Message.Builder builder, FieldDescriptor field, String text, String path) {
    return switch (field.getJavaType()) {
      case MESSAGE ->
          Optional.of(
              wellKnown(builder.newBuilderForField(field), Json.MAPPER.valueToTree(text), path));
      case BOOLEAN ->
          switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> refuse(path, quoted(text), "true or false");
          };
      case STRING -> Optional.of(text);
      case BYTE_STRING -> bytes(text, path);
      case ENUM -> enumValue(field.getEnumType(), text, path);
      case INT, LONG, FLOAT, DOUBLE -> number(field, text, path);
    };
  }

  private Message message(Message.Builder builder, JsonNode node, String path) {
    if (builder.getDescriptorForType().getFile().getPackage().equals("google.protobuf")) {
      return wellKnown(builder, node, path);
    }
    fill(builder, node, path);
    return builder.build();
  }

  /** Timestamps, durations, field masks and others that have a JSON form of their own. */
  private Message wellKnown(Message.Builder builder, JsonNode node, String path) {
    try {
      JsonFormat.parser().merge(node.toString(), builder);
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      refuse(path, node, WellKnownTypes.expectation(builder.getDescriptorForType()));
    }
    return builder.build();
  }

  private Optional<Object> number(FieldDescriptor field, String text, String path) {
    BigDecimal value;
    try {
      value = new BigDecimal(text);
    } catch (NumberFormatException e) {
      return refuse(path, quoted(text), numberExpectation(field));
    }
    return switch (field.getJavaType()) {
      case FLOAT -> finite(value.floatValue(), value.doubleValue(), text, path);
      case DOUBLE -> finite(value.doubleValue(), value.doubleValue(), text, path);
      default -> wholeNumber(field, value, text, path);
    };
  }

  private Optional<Object> finite(Object value, double size, String text, String path) {
    return Double.isInfinite(size) || value.equals(Float.POSITIVE_INFINITY)
        ? refuse(path, shortened(text), "a finite number")
        : Optional.of(value);
  }

  private Optional<Object> wholeNumber(
      FieldDescriptor field, BigDecimal value, String text, String path) {
    boolean wide = field.getJavaType() == JavaType.LONG;
    boolean unsigned =
        switch (field.getType()) {
          case UINT32, FIXED32, UINT64, FIXED64 -> true;
          default -> false;
        };
    BigDecimal least =
        unsigned ? BigDecimal.ZERO : BigDecimal.valueOf(wide ? Long.MIN_VALUE : Integer.MIN_VALUE);
    BigDecimal most =
        unsigned
            ? (wide ? UNSIGNED_LONG : UNSIGNED_INT)
            : BigDecimal.valueOf(wide ? Long.MAX_VALUE : Integer.MAX_VALUE);
    // The range first: the digits of 1e999999999 must not be written out.
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      return refuse(path, shortened(text), "a whole number from " + least + " to " + most);
    }
    if (value.signum() != 0 && value.stripTrailingZeros().scale() > 0) {
      return refuse(path, shortened(text), "a whole number");
    }
    long number = value.signum() == 0 ? 0 : value.toBigInteger().longValue();
    return Optional.of(wide ? (Object) number : (Object) (int) number);
  }

  private Optional<Object> bytes(String text, String path) {
    try {
      return Optional.of(ByteString.copyFrom(Base64.getDecoder().decode(text)));
    } catch (IllegalArgumentException e) {
      return refuse(path, quoted(text), "a string in base64");
    }
  }

  private Optional<Object> enumValue(EnumDescriptor type, String text, String path) {
    String wanted = text.toUpperCase(Locale.ROOT);
    for (EnumValueDescriptor value : type.getValues()) {
      if (value.getName().equals(wanted) || EnumText.shortName(value).equals(wanted)) {
        return Optional.of(value);
      }
    }
    return refuse(path, quoted(text), enumExpectation(type));
  }

  private static String enumExpectation(EnumDescriptor type) {
    return type.getValues().stream()
        .filter(value -> value.getNumber() != 0)
        .map(EnumValueDescriptor::getName)
        .collect(Collectors.joining(", ", "one of ", ""));
  }

  private static String numberExpectation(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.DOUBLE
            || field.getType() == FieldDescriptor.Type.FLOAT
        ? "a number"
        : "a whole number";
  }

  private Optional<Object> refuse(String path, JsonNode node, String expectation) {
    return refuse(path, shortened(node.toString()), expectation);
  }

  private Optional<Object> refuse(String path, String shown, String expectation) {
    violations.add(new SpecViolation(path, shown + " (expected: " + expectation + ")"));
    return Optional.empty();
  }

  private static String quoted(String text) {
    return '"' + shortened(text) + '"';
  }

  private static String shortened(String text) {
    return text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
  }
}
