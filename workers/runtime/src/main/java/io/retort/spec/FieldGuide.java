package io.retort.spec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import io.retort.v1.SpecDefaultOptions;

/**
 * What a person has to know to fill in a field of a spec.
 *
 * @param expectation its type and bounds: "> 0 and <= 1"
 * @param defaultValue as written in a spec, empty where there is no fixed one
 * @param defaultRule what the default depends on, empty where it depends on nothing
 */
public record FieldGuide(String expectation, String defaultValue, String defaultRule) {
  public static FieldGuide of(FieldDescriptor field) {
    return new FieldGuide(
        FieldHints.of(field).orElseGet(() -> RuleExpectation.of(field, field.isRepeated())),
        field.getOptions().getExtension(SpecDefaultOptions.defaultValue),
        field.getOptions().getExtension(SpecDefaultOptions.defaultRule));
  }
}
