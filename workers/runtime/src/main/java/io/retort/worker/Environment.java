package io.retort.worker;

import java.util.Map;
import java.util.OptionalInt;

/** Configuration of a process: environment variables, by name. */
public record Environment(Map<String, String> variables) {
  public Environment {
    variables = Map.copyOf(variables);
  }

  public static Environment system() {
    return new Environment(System.getenv());
  }

  /**
   * @throws ConfigurationException when the variable is absent or blank
   */
  public String require(String name) {
    String value = variables.getOrDefault(name, "");
    if (value.isBlank()) {
      throw new ConfigurationException(name + ": not set (expected: a value in the environment)");
    }
    return value;
  }

  public String get(String name, String fallback) {
    String value = variables.getOrDefault(name, "");
    return value.isBlank() ? fallback : value;
  }

  /**
   * @throws ConfigurationException when the variable is no whole number
   */
  public int integer(String name, int fallback) {
    return integer(name).orElse(fallback);
  }

  /**
   * The value of a variable whose default is not known yet, empty when it is absent or blank.
   *
   * @throws ConfigurationException when the variable is no whole number
   */
  public OptionalInt integer(String name) {
    String value = get(name, "");
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseInt(value.strip()));
    } catch (NumberFormatException e) {
      throw new ConfigurationException(name + ": " + value + " (expected: a whole number)", e);
    }
  }
}
