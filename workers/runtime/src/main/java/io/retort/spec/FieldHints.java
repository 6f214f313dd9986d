package io.retort.spec;

import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.Map;
import java.util.Optional;

/** Expectations of fields whose validation rules are hard to read for people. */
final class FieldHints {
  static final String NAME =
      "1 to 40 lower-case letters, digits and hyphens, no hyphen at either end";
  static final String DATA = "a mapping with train";
  static final String PATH = "a file, a folder, a glob, or a data set of the hub";

  private static final String MODEL_NAME =
      "1 to 64 lower-case letters, digits, dots, underscores and hyphens, a letter or digit at both"
          + " ends";

  /** By full name of the field. */
  private static final Map<String, String> HINTS =
      Map.of(
          "retort.v1.RunSpec.name", NAME,
          "retort.v1.RunSpec.team", NAME,
          "retort.v1.ModelSpec.name", MODEL_NAME,
          "retort.v1.ModelSpec.model", "a folder, or a model of the hub or the registry",
          "retort.v1.DataSpec.train", "at least 1 source, each with a path",
          "retort.v1.DataSource.path", PATH,
          "retort.v1.BenchmarkSpec.name", NAME,
          "retort.v1.StudentSpec.size", "a number and K, M, B or T, for example 7B",
          "retort.v1.ReleaseSpec.model", MODEL_NAME,
          "retort.v1.ReleaseSpec.alias", MODEL_NAME);

  static Optional<String> of(FieldDescriptor field) {
    return Optional.ofNullable(HINTS.get(field.getFullName()));
  }

  private FieldHints() {}
}
