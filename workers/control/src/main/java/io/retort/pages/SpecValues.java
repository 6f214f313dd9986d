package io.retort.pages;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.retort.enums.EnumText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The fields of a spec as text, by their path: {@code data.train[0].path}. */
final class SpecValues {
  /** In the order of the spec; only fields that are set. A list of values is one text. */
  static Map<String, String> of(Message spec) {
    Map<String, String> values = new LinkedHashMap<>();
    add(values, "", spec);
    return values;
  }

  private static void add(Map<String, String> values, String prefix, Message message) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      FieldDescriptor field = entry.getKey();
      String path = prefix + field.getName();
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        if (field.isRepeated()) {
          List<?> items = (List<?>) entry.getValue();
          for (int index = 0; index < items.size(); index++) {
            add(values, path + "[" + index + "].", (Message) items.get(index));
          }
        } else {
          add(values, path + ".", (Message) entry.getValue());
        }
      } else if (field.isRepeated()) {
        values.put(
            path,
            ((List<?>) entry.getValue())
                .stream().map(item -> text(field, item)).collect(Collectors.joining(", ")));
      } else {
        values.put(path, text(field, entry.getValue()));
      }
    }
  }

  private static String text(FieldDescriptor field, Object value) {
    if (value instanceof EnumValueDescriptor constant) {
      return EnumText.shortName(constant);
    }
    if (field.getType() == FieldDescriptor.Type.UINT32 && value instanceof Integer number) {
      return Integer.toUnsignedString(number);
    }
    return String.valueOf(value);
  }

  private SpecValues() {}
}
