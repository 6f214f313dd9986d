package io.retort.trigger;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Value;
import io.retort.enums.EnumText;
import io.retort.v1.TriggerParameter;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Converts a value of JSON to what a parameter's target takes. */
final class ParameterValue {
  /** In characters; specs have no longer names and locations. */
  static final int LONGEST_TEXT = 1000;

  private static final int SHOWN_CHARACTERS = 80;
  private static final double MOST_EXACT = 0x1p53;
  private static final long UNSIGNED_INT = 0xFFFF_FFFFL;

  private final TriggerParameter parameter;
  private final TriggerTarget target;

  ParameterValue(TriggerParameter parameter, TriggerTarget target) {
    this.parameter = parameter;
    this.target = target;
  }

  /**
   * The value: of a field of the spec in the type of its Java class, otherwise text.
   *
   * @throws MismatchException if it does not fit, with the value and the expectation
   */
  Object of(Value value) throws MismatchException {
    if (target instanceof TriggerTarget.SpecField specField) {
      return of(value, specField.field());
    }
    return target instanceof TriggerTarget.Label ? label(value) : text(value);
  }

  /** A value that {@link #of} has returned, for people. */
  static String shown(Object value) {
    if (value instanceof EnumValueDescriptor named) {
      return EnumText.shortName(named);
    }
    return value instanceof Double number
        ? BigDecimal.valueOf(number).stripTrailingZeros().toString()
        : String.valueOf(value);
  }

  private Object of(Value value, FieldDescriptor field) throws MismatchException {
    return switch (field.getJavaType()) {
      case STRING -> text(value);
      case BOOLEAN -> {
        if (value.getKindCase() != Value.KindCase.BOOL_VALUE) {
          throw mismatch(value, "true or false");
        }
        yield value.getBoolValue();
      }
      case ENUM -> enumValue(value, field);
      case INT -> wholeNumber(value, field);
      case FLOAT -> (float) number(value);
      case DOUBLE -> number(value);
      case LONG, BYTE_STRING, MESSAGE ->
          throw new IllegalStateException(field.getFullName() + ": of no type that a target has");
    };
  }

  private Object wholeNumber(Value value, FieldDescriptor field) throws MismatchException {
    boolean unsigned = field.getType() == FieldDescriptor.Type.UINT32;
    long least = unsigned ? 0 : Integer.MIN_VALUE;
    long most = unsigned ? UNSIGNED_INT : Integer.MAX_VALUE;
    double number = number(value);
    if (number != Math.rint(number) || number < least || number > most) {
      throw mismatch(value, "a whole number from " + least + " to " + most);
    }
    return (int) (long) number;
  }

  private double number(Value value) throws MismatchException {
    double number = value.getNumberValue();
    if (value.getKindCase() != Value.KindCase.NUMBER_VALUE || !Double.isFinite(number)) {
      throw mismatch(value, "a number");
    }
    if (parameter.hasMinimum() && number < parameter.getMinimum()) {
      throw mismatch(value, "at least " + shown(parameter.getMinimum()));
    }
    if (parameter.hasMaximum() && number > parameter.getMaximum()) {
      throw mismatch(value, "at most " + shown(parameter.getMaximum()));
    }
    return number;
  }

  private Object enumValue(Value value, FieldDescriptor field) throws MismatchException {
    String wanted = value.getStringValue().toUpperCase(Locale.ROOT);
    Optional<EnumValueDescriptor> found =
        field.getEnumType().getValues().stream()
            .filter(named -> named.getNumber() != 0)
            .filter(
                named -> named.getName().equals(wanted) || EnumText.shortName(named).equals(wanted))
            .findFirst();
    return found.orElseThrow(
        () ->
            mismatch(
                value,
                field.getEnumType().getValues().stream()
                    .filter(named -> named.getNumber() != 0)
                    .map(EnumText::shortName)
                    .collect(Collectors.joining(", ", "one of ", ""))));
  }

  /** Numbers of tickets and flags are labels too. */
  private String label(Value value) throws MismatchException {
    return switch (value.getKindCase()) {
      case BOOL_VALUE -> String.valueOf(value.getBoolValue());
      case NUMBER_VALUE -> {
        double number = value.getNumberValue();
        if (number != Math.rint(number) || Math.abs(number) > MOST_EXACT) {
          throw mismatch(value, "text, or a whole number of at most 15 digits");
        }
        yield checked(String.valueOf((long) number), value);
      }
      default -> text(value);
    };
  }

  private String text(Value value) throws MismatchException {
    if (value.getKindCase() != Value.KindCase.STRING_VALUE) {
      throw mismatch(value, "text");
    }
    return checked(value.getStringValue(), value);
  }

  private String checked(String text, Value value) throws MismatchException {
    if (text.length() > LONGEST_TEXT) {
      throw mismatch(value, "at most " + LONGEST_TEXT + " characters");
    }
    if (!parameter.getPattern().isEmpty()
        && !LinearPattern.of(parameter.getPattern()).matches(text)) {
      throw mismatch(value, "text that matches " + parameter.getPattern());
    }
    return text;
  }

  private MismatchException mismatch(Value value, String expectation) {
    return new MismatchException(
        shown(value) + " (expected: " + expectation + ", for " + parameter.getTarget() + ")");
  }

  private static String shown(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> '"' + cut(value.getStringValue()) + '"';
      case NUMBER_VALUE -> shown((Object) value.getNumberValue(), value.getNumberValue());
      case BOOL_VALUE -> String.valueOf(value.getBoolValue());
      case STRUCT_VALUE -> "an object";
      case LIST_VALUE -> "an array";
      case NULL_VALUE, KIND_NOT_SET -> "null";
    };
  }

  private static String shown(Object boxed, double number) {
    return Double.isFinite(number) ? shown(boxed) : String.valueOf(number);
  }

  private static String cut(String text) {
    return text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
  }

  /** A value does not fit its target. */
  static final class MismatchException extends Exception {
    private static final long serialVersionUID = 1L;

    MismatchException(String message) {
      super(message);
    }

    String description() {
      return String.valueOf(getMessage());
    }
  }
}
