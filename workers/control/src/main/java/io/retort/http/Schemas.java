package io.retort.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.spec.ProtoComments;
import io.retort.v1.SpecDefaultOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.TreeMap;

/** JSON Schemas of messages, those that they refer to included. */
final class Schemas {
  private static final long UNSIGNED_INT = 0xFFFF_FFFFL;

  private final TreeMap<String, ObjectNode> written = new TreeMap<>();
  private final Deque<Descriptor> open = new ArrayDeque<>();

  /** A reference to the schema of a message, which {@link #components} then contains. */
  ObjectNode reference(Descriptor type) {
    if (written.putIfAbsent(name(type), Json.MAPPER.createObjectNode()) == null) {
      open.add(type);
    }
    return Json.MAPPER.createObjectNode().put("$ref", "#/components/schemas/" + name(type));
  }

  /** The schema of a body: the message without the fields that the path has. */
  ObjectNode without(Descriptor type, Set<String> fields) {
    return fields.isEmpty() ? reference(type) : object(type, fields);
  }

  /** All schemas that were referred to, by name. */
  ObjectNode components() {
    while (!open.isEmpty()) {
      Descriptor type = open.remove();
      written.put(name(type), object(type, Set.of()));
    }
    ObjectNode components = Json.MAPPER.createObjectNode();
    written.forEach(components::set);
    return components;
  }

  /** The schema of a field's value with its bounds, and what the field is. */
  ObjectNode field(FieldDescriptor field) {
    ObjectNode schema = Json.MAPPER.createObjectNode();
    if (field.isMapField()) {
      schema.put("type", "object");
      schema.set("additionalProperties", single(field.getMessageType().findFieldByName("value")));
    } else if (field.isRepeated()) {
      schema.put("type", "array");
      schema.set("items", single(field));
    } else {
      schema = single(field);
    }
    SchemaRules.apply(field, schema);
    String description = description(field);
    if (!description.isEmpty()) {
      schema.put("description", description);
    }
    return schema;
  }

  private ObjectNode object(Descriptor type, Set<String> without) {
    ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "object");
    String comment = ProtoComments.of(type.getFullName());
    if (!comment.isEmpty()) {
      schema.put("description", comment);
    }
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = Json.MAPPER.createArrayNode();
    for (FieldDescriptor field : type.getFields()) {
      if (!without.contains(field.getName())) {
        properties.set(field.getName(), field(field));
        if (SchemaRules.of(field).getRequired()) {
          required.add(field.getName());
        }
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return schema.put("additionalProperties", false);
  }

  private String description(FieldDescriptor field) {
    StringBuilder text = new StringBuilder(ProtoComments.of(field.getFullName()));
    String value = field.getOptions().getExtension(SpecDefaultOptions.defaultValue);
    if (!value.isEmpty()) {
      text.append(text.isEmpty() ? "" : " ").append("Default: ").append(value).append('.');
    }
    return text.toString();
  }

  private ObjectNode single(FieldDescriptor field) {
    ObjectNode schema = Json.MAPPER.createObjectNode();
    return switch (field.getJavaType()) {
      case MESSAGE -> message(field.getMessageType());
      case ENUM -> enumeration(field.getEnumType());
      case BOOLEAN -> schema.put("type", "boolean");
      case STRING -> schema.put("type", "string");
      case BYTE_STRING -> schema.put("type", "string").put("contentEncoding", "base64");
      case FLOAT, DOUBLE -> schema.put("type", "number").put("format", "double");
      case LONG ->
          schema.put("type", "string").put("format", "int64").put("pattern", "^-?[0-9]{1,20}$");
      case INT ->
          field.getType() == FieldDescriptor.Type.UINT32
              ? schema.put("type", "integer").put("minimum", 0).put("maximum", UNSIGNED_INT)
              : schema.put("type", "integer").put("format", "int32");
    };
  }

  private ObjectNode message(Descriptor type) {
    ObjectNode schema = Json.MAPPER.createObjectNode();
    return switch (type.getFullName()) {
      case "google.protobuf.Timestamp" -> schema.put("type", "string").put("format", "date-time");
      case "google.protobuf.Duration" ->
          schema.put("type", "string").put("pattern", "^-?[0-9]{1,12}(\\.[0-9]{1,9})?s$");
      case "google.protobuf.FieldMask" -> schema.put("type", "string");
      case "google.protobuf.Struct" -> schema.put("type", "object");
      case "google.protobuf.Value" -> schema;
      default -> reference(type);
    };
  }

  private static ObjectNode enumeration(EnumDescriptor type) {
    ObjectNode schema = Json.MAPPER.createObjectNode().put("type", "string");
    ArrayNode names = schema.putArray("enum");
    type.getValues().forEach(value -> names.add(value.getName()));
    return schema;
  }

  private static String name(Descriptor type) {
    String packageName = type.getFile().getPackage();
    return packageName.isEmpty()
        ? type.getFullName()
        : type.getFullName().substring(packageName.length() + 1);
  }
}
