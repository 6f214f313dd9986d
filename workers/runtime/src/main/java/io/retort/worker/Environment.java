package io.retort.worker;

import java.util.Map;
import java.util.OptionalInt;

/** Configuration of a process by environment variables. */
public record Environment(Map<String, String> variables) {
  public Environment {
    variables = Map.copyOf(variables);
  }

  public static Environment system() {
    return new Environment(System.getenv());
  }

  /**
   * @throws ConfigurationException if the variable is absent or blank
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
   * @throws ConfigurationException if the variable is not a whole number
   */
  public int integer(String name, int fallback) {
    return integer(name).orElse(fallback);
  }

  /**
   * The value of a variable without a fixed default; empty if it is absent or blank.
   *
   * @throws ConfigurationException if the variable is not a whole number
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
