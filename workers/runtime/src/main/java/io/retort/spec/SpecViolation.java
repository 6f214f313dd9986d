package io.retort.spec;

import static java.util.Objects.requireNonNull;

/**
 * One violation of a spec.
 *
 * @param field path of proto field names, for example {@code data.train[0].path}; empty for the
 *     spec as a whole
 * @param description the value and the expectation, for example {@code -1 (expected: > 0)}
 */
public record SpecViolation(String field, String description) {
  public SpecViolation {
    requireNonNull(field, "field");
    requireNonNull(description, "description");
  }

  static SpecViolation missing(String field, String expectation) {
    return new SpecViolation(field, "missing (expected: " + expectation + ")");
  }

  /** Without keys and passwords that the value contains. */
  static SpecViolation of(String field, String value, String expectation) {
    String shown = value.isBlank() ? '"' + value + '"' : SecretValues.without(value);
    return new SpecViolation(field, shown + " (expected: " + expectation + ")");
  }

  @Override
  public String toString() {
    return field.isEmpty() ? description : field + ": " + description;
  }
}
