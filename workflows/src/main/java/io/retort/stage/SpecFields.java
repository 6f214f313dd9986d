package io.retort.stage;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.v1.RunSpec;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Fields of a {@link RunSpec} by path, such as {@code sft.learning_rate}. The path of a message
 * covers all fields in it, and a path through a repeated field covers all of its elements: {@code
 * data.train.limit}.
 */
final class SpecFields {
  /**
   * The fields that are set, by path; elements of repeated fields have an index: {@code
   * data.train[0].limit}.
   *
   * @param wanted paths to include
   * @param left paths to exclude, also within wanted ones
   */
  static SortedMap<String, String> values(
      RunSpec spec, Collection<String> wanted, Collection<String> left) {
    SortedMap<String, String> values = new TreeMap<>();
    collect(spec, "", "", wanted, left, values);
    return values;
  }

  /** A spec that has only these fields. */
  static RunSpec only(RunSpec spec, Collection<String> wanted) {
    RunSpec.Builder builder = RunSpec.newBuilder();
    copy(spec, builder, "", wanted);
    return builder.build();
  }

  private static void collect(
      Message message,
      String path,
      String indexed,
      Collection<String> wanted,
      Collection<String> left,
      SortedMap<String, String> values) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String fieldPath = below(path, field);
      if (left.contains(fieldPath) || !reaches(fieldPath, wanted)) {
        continue;
      }
      if (!field.isRepeated()) {
        collectOne(entry.getValue(), field, fieldPath, below(indexed, field), wanted, left, values);
        continue;
      }
      List<?> elements = (List<?>) entry.getValue();
      for (int index = 0; index < elements.size(); index++) {
        String element = below(indexed, field) + "[" + index + "]";
        collectOne(elements.get(index), field, fieldPath, element, wanted, left, values);
      }
    }
  }

  private static void collectOne(
      Object value,
      FieldDescriptor field,
      String path,
      String indexed,
      Collection<String> wanted,
      Collection<String> left,
      SortedMap<String, String> values) {
    if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
      values.put(indexed, text(field, value));
      return;
    }
    Message message = (Message) value;
    // An empty message differs from an absent one: lora without settings trains adapters.
    if (covers(path, wanted)) {
      values.put(indexed, "{}");
    }
    collect(message, path, indexed, wanted, left, values);
  }

  private static String text(FieldDescriptor field, Object value) {
    return switch (field.getJavaType()) {
      // Java represents unsigned proto fields as signed.
      case INT ->
          isUnsigned(field)
              ? Integer.toUnsignedString((Integer) value)
              : Integer.toString((Integer) value);
      case LONG ->
          isUnsigned(field) ? Long.toUnsignedString((Long) value) : Long.toString((Long) value);
      case FLOAT, DOUBLE, BOOLEAN, STRING, BYTE_STRING, ENUM, MESSAGE -> value.toString();
    };
  }

  private static boolean isUnsigned(FieldDescriptor field) {
    return field.getType() == FieldDescriptor.Type.UINT32
        || field.getType() == FieldDescriptor.Type.UINT64;
  }

  private static void copy(
      Message from, Message.Builder to, String path, Collection<String> wanted) {
    for (Map.Entry<FieldDescriptor, Object> entry : from.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String fieldPath = below(path, field);
      if (covers(fieldPath, wanted)) {
        to.setField(field, entry.getValue());
      } else if (reaches(fieldPath, wanted)) {
        if (field.isRepeated()) {
          for (Object element : (List<?>) entry.getValue()) {
            to.addRepeatedField(field, part((Message) element, to, field, fieldPath, wanted));
          }
        } else {
          Message part = part((Message) entry.getValue(), to, field, fieldPath, wanted);
          if (!part.getAllFields().isEmpty()) {
            to.setField(field, part);
          }
        }
      }
    }
  }

  private static Message part(
      Message from,
      Message.Builder parent,
      FieldDescriptor field,
      String path,
      Collection<String> wanted) {
    Message.Builder builder = parent.newBuilderForField(field);
    copy(from, builder, path, wanted);
    return builder.build();
  }

  /** Whether the field, or a field in it, is wanted. */
  private static boolean reaches(String path, Collection<String> wanted) {
    return covers(path, wanted)
        || wanted.stream().anyMatch(candidate -> candidate.startsWith(path + "."));
  }

  /** Whether the whole field is wanted. */
  private static boolean covers(String path, Collection<String> wanted) {
    return wanted.stream()
        .anyMatch(candidate -> path.equals(candidate) || path.startsWith(candidate + "."));
  }

  private static String below(String path, FieldDescriptor field) {
    return path.isEmpty() ? field.getName() : path + "." + field.getName();
  }

  private SpecFields() {}
}
