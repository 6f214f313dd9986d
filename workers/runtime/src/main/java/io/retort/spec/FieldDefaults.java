package io.retort.spec;

import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.v1.MemberDefault;
import io.retort.v1.SpecDefaultOptions;
import java.util.Arrays;
import java.util.List;

/**
 * The defaults that the contract declares as options of its fields: {@code default_value}, and
 * {@code member_default} for a message whose defaults depend on its use. Code fills in fields with
 * a {@code default_rule} and reads their values from this class.
 */
final class FieldDefaults {
  /**
   * Sets every unset field that has a default, in the message and in nested messages. Creates an
   * unset message if any of its fields has a default.
   */
  static void fill(Message.Builder builder) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
        if (has(field) && !hasRule(field)) {
          set(builder, field);
        }
      } else if (field.isRepeated()) {
        for (int index = 0; index < builder.getRepeatedFieldCount(field); index++) {
          fill(builder.getRepeatedFieldBuilder(field, index));
        }
      } else if (builder.hasField(field) || (!hasRule(field) && hasDefaults(field))) {
        Message.Builder member = builder.getFieldBuilder(field);
        fill(member, options(field).getExtension(SpecDefaultOptions.memberDefault));
        fill(member);
      }
    }
  }

  /** Sets an unset field to its {@code default_value}. */
  static void set(Message.Builder builder, FieldDescriptor field) {
    set(builder, field, text(field));
  }

  /** The default of a field as its Java type. */
  static Object of(FieldDescriptor field) {
    return parse(field, text(field));
  }

  /** The field of a message by its generated {@code _FIELD_NUMBER}. */
  static FieldDescriptor field(Descriptor message, int number) {
    FieldDescriptor field = message.findFieldByNumber(number);
    if (field == null) {
      throw new IllegalArgumentException(message.getFullName() + ": no field " + number);
    }
    return field;
  }

  private static void fill(Message.Builder builder, List<MemberDefault> defaults) {
    Descriptor type = builder.getDescriptorForType();
    for (MemberDefault member : defaults) {
      boolean applies =
          member.getWith().isEmpty() || builder.hasField(type.findFieldByName(member.getWith()));
      if (applies) {
        set(builder, type.findFieldByName(member.getField()), member.getValue());
      }
    }
  }

  private static void set(Message.Builder builder, FieldDescriptor field, String text) {
    if (!field.isRepeated()) {
      if (!builder.hasField(field)) {
        builder.setField(field, parse(field, text));
      }
    } else if (builder.getRepeatedFieldCount(field) == 0) {
      Arrays.stream(text.split(","))
          .forEach(element -> builder.addRepeatedField(field, parse(field, element.strip())));
    }
  }

  private static Object parse(FieldDescriptor field, String text) {
    return switch (field.getJavaType()) {
      case INT -> Integer.parseUnsignedInt(text);
      case LONG -> Long.parseUnsignedLong(text);
      case FLOAT -> Float.parseFloat(text);
      case DOUBLE -> Double.parseDouble(text);
      case BOOLEAN -> Boolean.parseBoolean(text);
      case STRING -> text;
      case ENUM ->
          EnumNames.find(field.getEnumType(), text)
              .orElseThrow(() -> new IllegalArgumentException(field.getFullName() + ": " + text));
      case BYTE_STRING, MESSAGE ->
          throw new IllegalArgumentException(field.getFullName() + ": has no default of its type");
    };
  }

  private static String text(FieldDescriptor field) {
    return options(field).getExtension(SpecDefaultOptions.defaultValue);
  }

  private static boolean has(FieldDescriptor field) {
    return options(field).hasExtension(SpecDefaultOptions.defaultValue);
  }

  private static boolean hasRule(FieldDescriptor field) {
    return options(field).hasExtension(SpecDefaultOptions.defaultRule);
  }

  /** Whether a message, or a nested one, has a field with any kind of default. */
  private static boolean hasDefaults(FieldDescriptor message) {
    return options(message).getExtensionCount(SpecDefaultOptions.memberDefault) > 0
        || message.getMessageType().getFields().stream()
            .anyMatch(
                field ->
                    field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                        ? !field.isRepeated() && hasDefaults(field)
                        : has(field) || hasRule(field));
  }

  private static FieldOptions options(FieldDescriptor field) {
    return field.getOptions();
  }

  private FieldDefaults() {}
}
