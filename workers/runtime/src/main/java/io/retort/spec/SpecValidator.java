package io.retort.spec;

import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.Violation;
import build.buf.protovalidate.exceptions.ValidationException;
import build.buf.validate.FieldPath;
import build.buf.validate.FieldPathElement;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Validates a whole spec by the rules in the proto and the rules between fields. Runs before
 * defaults are filled in, and after the fields of built-in benchmarks are.
 */
public final class SpecValidator {
  private static final int SHOWN_CHARACTERS = 80;

  private final Validator validator = ValidatorFactory.newBuilder().build();

  /** All violations, in the order of the fields; empty for a valid spec. */
  public List<SpecViolation> validate(RunSpec asked) {
    RunSpec spec = BenchmarkPresets.expand(asked);
    Set<SpecViolation> violations = new LinkedHashSet<>();
    try {
      ValidationResult result = validator.validate(spec);
      result.getViolations().forEach(violation -> violations.add(describe(violation)));
    } catch (ValidationException e) {
      throw new IllegalStateException("the rules of RunSpec cannot be evaluated", e);
    }
    List<String> unfilled = BenchmarkChecks.missingWithoutPreset(spec);
    violations.removeIf(violation -> unfilled.contains(violation.field()));
    // The rule's own message is more specific: a value that fails "> 0" may also be not finite.
    Set<String> reported =
        violations.stream().map(SpecViolation::field).collect(Collectors.toSet());
    FiniteNumbers.check(spec).stream()
        .filter(violation -> !reported.contains(violation.field()))
        .forEach(violations::add);
    violations.addAll(SpecCrossChecks.check(spec));
    return List.copyOf(violations);
  }

  /**
   * @throws SpecException with all violations
   */
  public void check(RunSpec spec) throws SpecException {
    SpecException.throwIfAny(validate(spec));
  }

  private static SpecViolation describe(Violation violation) {
    FieldPath path = violation.toProto().getField();
    String ruleId = violation.toProto().getRuleId();
    Optional<Location> found = locate(path);
    if (found.isEmpty()) {
      return new SpecViolation(shown(path), violation.toProto().getMessage());
    }
    Location location = found.get();
    String expectation =
        FieldHints.of(location.field)
            .orElseGet(() -> RuleExpectation.of(location.field, location.item));
    if (ruleId.equals("required")) {
      return SpecViolation.missing(shown(path), expectation);
    }
    return SpecViolation.of(
        shown(path), shownValue(violation.getFieldValue(), location.field), expectation);
  }

  private static String shownValue(
      Violation.@Nullable FieldValue fieldValue, FieldDescriptor field) {
    if (fieldValue == null || fieldValue.getValue() == null) {
      return "not set";
    }
    Object value = fieldValue.getValue();
    if (value instanceof List<?> list) {
      return list.isEmpty() ? "empty" : shownItems(list, field);
    }
    return shownSingle(value, field);
  }

  private static String shownItems(List<?> list, FieldDescriptor field) {
    return cut(list.stream().map(item -> shownSingle(item, field)).toList().toString());
  }

  private static String shownSingle(Object value, FieldDescriptor field) {
    if (value instanceof Double number) {
      return Numbers.shown(number);
    }
    if (value instanceof String text) {
      if (SecretValues.isHidden(field) && !text.isEmpty()) {
        return SecretValues.HIDDEN;
      }
      return '"' + cut(text) + '"';
    }
    if (field.getJavaType() == FieldDescriptor.JavaType.ENUM && value instanceof Number number) {
      return EnumNames.shown(field.getEnumType(), number.intValue());
    }
    if (field.getJavaType() == FieldDescriptor.JavaType.INT && value instanceof Integer number) {
      return Integer.toUnsignedString(number);
    }
    return cut(String.valueOf(value));
  }

  private static String cut(String text) {
    return text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
  }

  private static String shown(FieldPath path) {
    StringBuilder shown = new StringBuilder();
    for (FieldPathElement element : path.getElementsList()) {
      if (!shown.isEmpty()) {
        shown.append('.');
      }
      shown.append(element.getFieldName());
      if (element.hasIndex()) {
        shown.append('[').append(element.getIndex()).append(']');
      }
    }
    return shown.toString();
  }

  private static Optional<Location> locate(FieldPath path) {
    Descriptor type = RunSpec.getDescriptor();
    List<Location> locations = new ArrayList<>();
    for (FieldPathElement element : path.getElementsList()) {
      FieldDescriptor field = type.findFieldByNumber(element.getFieldNumber());
      if (field == null) {
        return Optional.empty();
      }
      locations.add(new Location(field, element.hasIndex()));
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        type = field.getMessageType();
      }
    }
    return locations.isEmpty()
        ? Optional.empty()
        : Optional.of(locations.get(locations.size() - 1));
  }

  private record Location(FieldDescriptor field, boolean item) {}
}
