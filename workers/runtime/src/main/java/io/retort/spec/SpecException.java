package io.retort.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A spec cannot be run; contains all violations at once. */
public final class SpecException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<SpecViolation> violations;

  /**
   * @param violations at least one
   */
  public SpecException(List<SpecViolation> violations) {
    super(violations.stream().map(SpecViolation::toString).collect(Collectors.joining("\n")));
    this.violations = List.copyOf(violations);
  }

  public List<SpecViolation> violations() {
    return violations;
  }

  static void throwIfAny(List<SpecViolation> violations) throws SpecException {
    if (!violations.isEmpty()) {
      throw new SpecException(violations);
    }
  }
}
