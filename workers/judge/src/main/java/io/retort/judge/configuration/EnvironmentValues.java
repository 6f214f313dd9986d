package io.retort.judge.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.worker.Environment;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Values that the file takes from environment variables. Messages do not show them. */
final class EnvironmentValues {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  // Keys of some providers are also valid names of variables.
  private static final Pattern USUAL_NAME = Pattern.compile("[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*");

  private final Environment environment;
  private final FileErrors errors;

  EnvironmentValues(Environment environment, FileErrors errors) {
    this.environment = environment;
    this.errors = errors;
  }

  /**
   * The value of the variable that {@code node} names; empty if there is an error.
   *
   * @param what description of the value
   * @param inner whether the value may contain blanks
   */
  Optional<String> named(String field, JsonNode node, String what, boolean inner) {
    if (!node.isTextual() || !NAME.matcher(node.textValue()).matches()) {
      // Not shown, since it is likely a key that was pasted here.
      errors.add(
          field, "not the name of a variable", "the name of the variable that holds the " + what);
      return Optional.empty();
    }
    String name = node.textValue();
    String shown = USUAL_NAME.matcher(name).matches() ? name : "the variable (not shown)";
    String value = environment.get(name, "").strip();
    if (value.isEmpty()) {
      errors.add(field, shown + " is not set", "the " + what + " in that variable");
      return Optional.empty();
    }
    char smallest = inner ? ' ' : '!';
    if (!value.chars().allMatch(character -> character >= smallest && character < 0x7f)) {
      errors.add(field, shown + " holds blanks or non-ASCII characters", "a " + what);
      return Optional.empty();
    }
    return Optional.of(value);
  }

  /** A text, or the value of the variable that {@code {env: NAME}} names. */
  Optional<String> textOrNamed(String field, JsonNode node, String what) {
    if (node.isObject()) {
      errors.checkKeys(field, node, Set.of("env"));
      return named(field + ".env", node.path("env"), what, true);
    }
    if (!node.isTextual()
        || node.textValue().isBlank()
        || !node.textValue().chars().allMatch(each -> each >= ' ' && each < 0x7f)) {
      errors.add(field, "not a printable ASCII text", "the " + what + ", or {env: NAME}");
      return Optional.empty();
    }
    return Optional.of(node.textValue().strip());
  }
}
