package io.retort.spec;

import io.retort.v1.RunSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds every violation of a spec's text at once, without a control plane. */
public final class SpecCheck {
  /**
   * Violations of reading, then those of the values. A field that cannot be read is not also
   * reported as missing.
   *
   * @param overrides as in {@link SpecReader#read(String, List)}
   * @param folder against which relative paths are resolved
   */
  public static List<SpecViolation> of(String text, List<String> overrides, Path folder) {
    List<SpecViolation> violations = new ArrayList<>();
    RunSpec readable;
    try {
      readable = SpecReader.readable(text, overrides, violations);
    } catch (SpecException e) {
      return e.violations();
    }
    List<String> unread = violations.stream().map(SpecViolation::field).toList();
    for (SpecViolation violation :
        new SpecValidator().validate(SpecPaths.resolve(readable, folder))) {
      if (unread.stream().noneMatch(field -> concerns(field, violation.field()))) {
        violations.add(violation);
      }
    }
    return List.copyOf(violations);
  }

  /** Whether one of the fields is the other, or in it. */
  private static boolean concerns(String unread, String field) {
    return field.startsWith(unread) || (!field.isEmpty() && unread.startsWith(field));
  }

  private SpecCheck() {}
}
