package io.retort.spec;

import io.retort.v1.Stage;
import java.util.List;

/**
 * What there is to know about one field of a spec.
 *
 * @param path without indices: {@code data.train.limit}
 * @param type {@code text}, {@code whole number}, {@code number}, {@code true or false}, {@code one
 *     of} the names of an enum's values, {@code mapping}, or a list of one of them
 * @param defaultValue for people; empty where an omitted field stays unset
 * @param bounds for people; empty where every value of the type is allowed
 * @param comment from the proto file; empty without one
 * @param values of an enum, otherwise empty
 * @param readers stages whose results depend on the field, in the order of a run; of a mapping
 *     those of its fields
 * @param operational why the field changes no result; empty where a stage reads it
 */
public record SpecField(
    String path,
    String type,
    String defaultValue,
    String bounds,
    String comment,
    List<EnumValue> values,
    List<Stage> readers,
    String operational) {
  public SpecField {
    values = List.copyOf(values);
    readers = List.copyOf(readers);
  }

  /**
   * A value of an enum.
   *
   * @param name as in a spec
   */
  public record EnumValue(String name, String comment) {}
}
