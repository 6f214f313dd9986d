package io.retort.spec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Checks that every number of a message is finite, at any depth. Numbers from text are always
 * finite, but a message received over gRPC can contain infinities and NaN, which pass comparisons
 * with limits.
 */
final class FiniteNumbers {
  private final List<SpecViolation> violations = new ArrayList<>();

  /** Reports each number that is not finite by its path, with list indexes and map keys. */
  static List<SpecViolation> check(Message message) {
    FiniteNumbers numbers = new FiniteNumbers();
    numbers.message(message, "");
    return numbers.violations;
  }

  private void message(Message message, String prefix) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      String path = prefix + entry.getKey().getName();
      if (!entry.getKey().isRepeated()) {
        value(entry.getValue(), path);
        continue;
      }
      List<?> items = (List<?>) entry.getValue();
      for (int index = 0; index < items.size(); index++) {
        if (items.get(index) instanceof MapEntry<?, ?> inMap) {
          value(inMap.getValue(), path + "[" + shownKey(inMap.getKey()) + "]");
        } else {
          value(items.get(index), path + "[" + index + "]");
        }
      }
    }
  }

  private void value(Object value, String path) {
    if (value instanceof Message message) {
      message(message, path + ".");
    } else if ((value instanceof Double || value instanceof Float)
        && !Double.isFinite(((Number) value).doubleValue())) {
      violations.add(SpecViolation.of(path, String.valueOf(value), "a finite number"));
    }
  }

  private static String shownKey(Object key) {
    return key instanceof String text ? '"' + text + '"' : String.valueOf(key);
  }

  private FiniteNumbers() {}
}
