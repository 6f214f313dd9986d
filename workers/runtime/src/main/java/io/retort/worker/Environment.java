package io.retort.worker;

import java.util.Map;

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
    String value = get(name, String.valueOf(fallback));
    try {
      return Integer.parseInt(value.strip());
    } catch (NumberFormatException e) {
      throw new ConfigurationException(name + ": " + value + " (expected: a whole number)", e);
    }
  }
}
