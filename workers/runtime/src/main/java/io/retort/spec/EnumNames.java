package io.retort.spec;

import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import io.retort.enums.EnumText;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Short names of enum values: {@code measured} is DIFFICULTY_SIGNAL_MEASURED. */
final class EnumNames {
  static Optional<EnumValueDescriptor> find(EnumDescriptor type, String name) {
    String wanted = name.toUpperCase(Locale.ROOT).replace('-', '_');
    return known(type)
        .filter(value -> value.getName().equals(wanted) || EnumText.shortName(value).equals(wanted))
        .findFirst();
  }

  /** For example {@code one of judge, measured, both}. */
  static String expectation(EnumDescriptor type) {
    return known(type)
        .map(value -> EnumText.shortName(value).toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", ", "one of ", ""));
  }

  /** The short name of a value, or the number if it has no name. */
  static String shown(EnumDescriptor type, int number) {
    EnumValueDescriptor value = type.findValueByNumber(number);
    return value == null
        ? String.valueOf(number)
        : EnumText.shortName(value).toLowerCase(Locale.ROOT);
  }

  private static Stream<EnumValueDescriptor> known(EnumDescriptor type) {
    return type.getValues().stream().filter(value -> value.getNumber() != 0);
  }

  private EnumNames() {}
}
