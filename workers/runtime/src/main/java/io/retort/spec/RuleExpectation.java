package io.retort.spec;

import build.buf.validate.DoubleRules;
import build.buf.validate.FieldRules;
import build.buf.validate.RepeatedRules;
import build.buf.validate.StringRules;
import build.buf.validate.UInt32Rules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;

/** Describes the rules of a spec field as an expectation: {@code > 0 and <= 1}. */
final class RuleExpectation {
  private static final ExtensionRegistry REGISTRY = registry();

  /**
   * The expectation of the field, or of one item if {@code item} is set and the field is repeated.
   */
  static String of(FieldDescriptor field, boolean item) {
    FieldRules rules = rules(field);
    if (field.isRepeated() && !item) {
      return list(rules.getRepeated());
    }
    FieldRules own = field.isRepeated() ? rules.getRepeated().getItems() : rules;
    return switch (own.getTypeCase()) {
      case DOUBLE -> range(own.getDouble());
      case UINT32 -> range(own.getUint32());
      case STRING -> text(own.getString());
      case ENUM -> EnumNames.expectation(field.getEnumType());
      default -> SpecMapper.expectation(field);
    };
  }

  private static String range(DoubleRules rules) {
    List<String> bounds = new ArrayList<>();
    if (rules.hasGt()) {
      bounds.add("> " + Numbers.shown(rules.getGt()));
    }
    if (rules.hasGte()) {
      bounds.add(">= " + Numbers.shown(rules.getGte()));
    }
    if (rules.hasLt()) {
      bounds.add("< " + Numbers.shown(rules.getLt()));
    }
    if (rules.hasLte()) {
      bounds.add("<= " + Numbers.shown(rules.getLte()));
    }
    return bounds.isEmpty() ? "a number" : String.join(" and ", bounds);
  }

  private static String range(UInt32Rules rules) {
    List<String> bounds = new ArrayList<>();
    if (rules.hasGt()) {
      bounds.add("> " + Integer.toUnsignedString(rules.getGt()));
    }
    if (rules.hasGte()) {
      bounds.add(">= " + Integer.toUnsignedString(rules.getGte()));
    }
    if (rules.hasLt()) {
      bounds.add("< " + Integer.toUnsignedString(rules.getLt()));
    }
    if (rules.hasLte()) {
      bounds.add("<= " + Integer.toUnsignedString(rules.getLte()));
    }
    return bounds.isEmpty() ? "a whole number" : String.join(" and ", bounds);
  }

  private static String text(StringRules rules) {
    if (rules.hasPattern()) {
      return "text that matches " + rules.getPattern();
    }
    return rules.hasMinLen() ? "text of at least " + rules.getMinLen() + " character" : "text";
  }

  private static String list(RepeatedRules rules) {
    List<String> parts = new ArrayList<>();
    if (rules.hasMinItems()) {
      parts.add("at least " + rules.getMinItems() + " item");
    }
    if (rules.getUnique()) {
      parts.add("each value once");
    }
    return parts.isEmpty() ? "a list" : String.join(", ", parts);
  }

  private static FieldRules rules(FieldDescriptor field) {
    // The generated descriptor keeps options of other packages as unknown fields if the extension
    // was not registered when the descriptor was loaded.
    try {
      return com.google.protobuf.DescriptorProtos.FieldOptions.parseFrom(
              field.getOptions().toByteString(), REGISTRY)
          .getExtension(ValidateProto.field);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(field.getFullName(), e);
    }
  }

  private static ExtensionRegistry registry() {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    registry.add(ValidateProto.field);
    return registry;
  }

  private RuleExpectation() {}
}
