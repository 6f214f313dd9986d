package io.retort.trigger;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.retort.spec.SpecException;
import io.retort.spec.SpecViolation;
import io.retort.v1.TriggerParameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Values of a trigger's parameters, by their targets.
 *
 * @param values of parameters that have one
 * @param texts the same by the parameters' names, for people
 */
record ParameterValues(Map<TriggerTarget, Object> values, Map<String, String> texts) {
  /** Before the pointer, in violations. */
  private static final String PAYLOAD = "payload";

  /**
   * Takes them from a payload.
   *
   * @param parameters in which {@link TriggerCheck} finds no violation
   * @throws SpecException with every value that is missing or does not fit
   */
  static ParameterValues of(List<TriggerParameter> parameters, Struct payload)
      throws SpecException {
    List<SpecViolation> violations = new ArrayList<>();
    Map<TriggerTarget, Object> values = new LinkedHashMap<>();
    Map<String, String> texts = new LinkedHashMap<>();
    for (TriggerParameter parameter : parameters) {
      Optional<Value> value =
          JsonPointer.parse(parameter.getPointer())
              .flatMap(pointer -> pointer.in(payload))
              .or(() -> defaultValue(parameter));
      TriggerTarget target = TriggerTarget.parse(parameter.getTarget()).orElseThrow();
      String place = PAYLOAD + parameter.getPointer();
      if (value.isEmpty()) {
        violations.add(
            new SpecViolation(
                place, "missing (expected: a value for " + parameter.getTarget() + ")"));
        continue;
      }
      try {
        Object converted = new ParameterValue(parameter, target).of(value.get());
        values.put(target, converted);
        texts.put(parameter.getName(), ParameterValue.shown(converted));
      } catch (ParameterValue.MismatchException e) {
        violations.add(new SpecViolation(place, e.description()));
      }
    }
    if (!violations.isEmpty()) {
      throw new SpecException(violations);
    }
    return new ParameterValues(values, texts);
  }

  /** The values that the parameters have without a payload. */
  static ParameterValues defaults(List<TriggerParameter> parameters) throws SpecException {
    return of(
        parameters.stream().filter(parameter -> defaultValue(parameter).isPresent()).toList(),
        Struct.getDefaultInstance());
  }

  static Optional<Value> defaultValue(TriggerParameter parameter) {
    return parameter.hasDefaultValue()
            && parameter.getDefaultValue().getKindCase() != Value.KindCase.NULL_VALUE
            && parameter.getDefaultValue().getKindCase() != Value.KindCase.KIND_NOT_SET
        ? Optional.of(parameter.getDefaultValue())
        : Optional.empty();
  }
}
