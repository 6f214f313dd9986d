package io.retort.http;

import build.buf.validate.FieldRules;
import build.buf.validate.RepeatedRules;
import build.buf.validate.ValidateProto;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules of protovalidate as keywords of JSON Schema. */
final class SchemaRules {
  private static final Map<String, String> KEYWORDS =
      Map.ofEntries(
          Map.entry("gte", "minimum"),
          Map.entry("gt", "exclusiveMinimum"),
          Map.entry("lte", "maximum"),
          Map.entry("lt", "exclusiveMaximum"),
          Map.entry("const", "const"),
          Map.entry("min_len", "minLength"),
          Map.entry("max_len", "maxLength"),
          Map.entry("pattern", "pattern"),
          Map.entry("min_items", "minItems"),
          Map.entry("max_items", "maxItems"),
          Map.entry("unique", "uniqueItems"),
          Map.entry("min_pairs", "minProperties"),
          Map.entry("max_pairs", "maxProperties"));

  /** Rules on the type of a field's value, for example {@code double}. */
  private static final Set<String> SCALARS =
      Set.of("float", "double", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "string");

  static FieldRules of(FieldDescriptor field) {
    return field.getOptions().getExtension(ValidateProto.field);
  }

  /** Adds the bounds of a field to the schema of its value. */
  static void apply(FieldDescriptor field, ObjectNode schema) {
    FieldRules rules = of(field);
    apply(rules, field, schema);
    if (field.isRepeated() && rules.hasRepeated()) {
      RepeatedRules repeated = rules.getRepeated();
      keywords(repeated, schema);
      if (repeated.hasItems() && schema.get("items") instanceof ObjectNode items) {
        apply(repeated.getItems(), field, items);
      }
    }
  }

  private static void apply(FieldRules rules, FieldDescriptor field, ObjectNode schema) {
    // 64-bit integers are strings in JSON, for which a number has no bounds.
    boolean number = !field.getJavaType().equals(FieldDescriptor.JavaType.LONG);
    rules
        .getAllFields()
        .forEach(
            (type, value) -> {
              if (SCALARS.contains(type.getName()) && number) {
                keywords((Message) value, schema);
              }
            });
    if (rules.hasEnum() && schema.get("enum") instanceof ArrayNode names) {
      List<Integer> refused = rules.getEnum().getNotInList();
      names.removeAll();
      for (EnumValueDescriptor name : field.getEnumType().getValues()) {
        if (!refused.contains(name.getNumber())) {
          names.add(name.getName());
        }
      }
    }
  }

  private static void keywords(Message rules, ObjectNode schema) {
    for (Map.Entry<FieldDescriptor, Object> rule : rules.getAllFields().entrySet()) {
      String keyword = KEYWORDS.get(rule.getKey().getName());
      if (keyword != null) {
        put(schema, keyword, rule.getKey(), rule.getValue());
      } else if (rule.getKey().getName().equals("in")) {
        ArrayNode values = schema.putArray("enum");
        ((List<?>) rule.getValue())
            .forEach(value -> values.add(Json.MAPPER.<ObjectNode>valueToTree(value)));
      }
    }
  }

  private static void put(ObjectNode schema, String keyword, FieldDescriptor rule, Object value) {
    switch (rule.getJavaType()) {
      case BOOLEAN -> schema.put(keyword, (Boolean) value);
      case STRING -> schema.put(keyword, (String) value);
      case DOUBLE, FLOAT -> {
        double bound = ((Number) value).doubleValue();
        if (bound == Math.rint(bound) && Math.abs(bound) < 1L << 53) {
          schema.put(keyword, (long) bound);
        } else {
          schema.put(keyword, new BigDecimal(value.toString()));
        }
      }
      case INT ->
          schema.put(
              keyword,
              rule.getType() == FieldDescriptor.Type.UINT32
                  ? Integer.toUnsignedLong((Integer) value)
                  : ((Integer) value).longValue());
      case LONG -> schema.put(keyword, (Long) value);
      default -> throw new IllegalArgumentException(rule.getFullName() + " is no bound");
    }
  }

  private SchemaRules() {}
}
