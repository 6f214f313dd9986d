package io.retort.spec;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The inverse of {@link SpecMapper}: converts a message to the tree from which it can be read. */
final class SpecTree {
  static SpecNode of(Message message) {
    Map<String, SpecNode> entries = new LinkedHashMap<>();
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      entries.put(entry.getKey().getName(), field(entry.getKey(), entry.getValue()));
    }
    return new SpecNode.Mapping(entries);
  }

  private static SpecNode field(FieldDescriptor field, Object value) {
    if (!field.isRepeated()) {
      return single(field, value);
    }
    return new SpecNode.Sequence(
        ((List<?>) value).stream().map(item -> single(field, item)).toList());
  }

  private static SpecNode single(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      case MESSAGE -> of((Message) value);
      case ENUM -> new SpecNode.Scalar(((EnumValueDescriptor) value).getName(), SpecNode.Kind.TEXT);
      case INT ->
          new SpecNode.Scalar(
              field.getType() == FieldDescriptor.Type.UINT32
                  ? Integer.toUnsignedString((Integer) value)
                  : String.valueOf(value),
              SpecNode.Kind.NUMBER);
      case LONG, FLOAT, DOUBLE -> new SpecNode.Scalar(String.valueOf(value), SpecNode.Kind.NUMBER);
      case BOOLEAN -> new SpecNode.Scalar(String.valueOf(value), SpecNode.Kind.BOOLEAN);
      case STRING -> new SpecNode.Scalar(String.valueOf(value), SpecNode.Kind.TEXT);
      case BYTE_STRING ->
          throw new IllegalStateException(
              field.getFullName() + " is of a type that a spec cannot have");
    };
  }

  private SpecTree() {}
}
