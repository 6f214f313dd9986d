package io.retort.spec;

import io.retort.v1.RunSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads a spec that a person wrote, in YAML or JSON. Keys are the proto's field names; enum values
 * may be short and in any case. Reading reports wrong keys and types; {@link SpecValidator}
 * validates the values.
 */
public final class SpecReader {
  /**
   * @throws SpecException with every key and value that does not fit
   */
  public static RunSpec read(String text) throws SpecException {
    return read(text, List.of());
  }

  /**
   * Reads a spec with some fields replaced.
   *
   * @param overrides each {@code field.path=value}, the value in YAML: {@code
   *     data.train[0].limit=64}
   * @throws SpecException with every key and value that does not fit
   */
  public static RunSpec read(String text, List<String> overrides) throws SpecException {
    List<SpecViolation> violations = new ArrayList<>();
    RunSpec spec = readable(text, overrides, violations);
    SpecException.throwIfAny(violations);
    return spec;
  }

  /**
   * Reads what fits.
   *
   * @param violations receives every key and value that does not fit
   * @throws SpecException if the text is neither YAML nor JSON
   */
  static RunSpec readable(String text, List<String> overrides, List<SpecViolation> violations)
      throws SpecException {
    SpecNode root = SpecText.parse(text);
    for (String override : overrides) {
      try {
        root = SpecOverride.parse(override).applyTo(root);
      } catch (SpecException e) {
        violations.addAll(e.violations());
      }
    }
    RunSpec.Builder builder = RunSpec.newBuilder();
    SpecMapper mapper = new SpecMapper();
    mapper.fill(builder, root, "");
    Set<String> reported =
        violations.stream().map(SpecViolation::field).collect(Collectors.toSet());
    mapper.violations().stream()
        .filter(violation -> !reported.contains(violation.field()))
        .forEach(violations::add);
    return builder.build();
  }

  private SpecReader() {}
}
