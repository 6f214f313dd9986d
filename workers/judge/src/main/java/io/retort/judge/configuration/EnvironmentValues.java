package io.retort.judge.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.worker.Environment;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Values that stand in the environment, so that no file holds them; no message shows one. */
final class EnvironmentValues {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  // Some providers' keys could be names, too.
  private static final Pattern USUAL_NAME = Pattern.compile("[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*");

  private final Environment environment;
  private final FileErrors mistakes;

  EnvironmentValues(Environment environment, FileErrors mistakes) {
    this.environment = environment;
    this.mistakes = mistakes;
  }

  /**
   * The value of the variable that {@code node} names; empty when there is a mistake.
   *
   * @param what the variable holds
   * @param inner whether the value may have blanks inside
   */
  Optional<String> named(String field, JsonNode node, String what, boolean inner) {
    if (!node.isTextual() || !NAME.matcher(node.textValue()).matches()) {
      // Likely a key that was pasted here: not shown.
      mistakes.add(
          field, "not a variable's name", "the name of the variable that holds the " + what);
      return Optional.empty();
    }
    String name = node.textValue();
    String shown = USUAL_NAME.matcher(name).matches() ? name : "the variable (not shown)";
    String value = environment.get(name, "").strip();
    if (value.isEmpty()) {
      mistakes.add(field, shown + " is not set", "the " + what + " in that variable");
      return Optional.empty();
    }
    char smallest = inner ? ' ' : '!';
    if (!value.chars().allMatch(character -> character >= smallest && character < 0x7f)) {
      mistakes.add(field, shown + " holds blanks or non-ASCII characters", "a " + what);
      return Optional.empty();
    }
    return Optional.of(value);
  }

  /** A text, or the value of the variable that {@code {env: NAME}} names. */
  Optional<String> textOrNamed(String field, JsonNode node, String what) {
    if (node.isObject()) {
      mistakes.checkKeys(field, node, Set.of("env"));
      return named(field + ".env", node.path("env"), what, true);
    }
    if (!node.isTextual()
        || node.textValue().isBlank()
        || !node.textValue().chars().allMatch(each -> each >= ' ' && each < 0x7f)) {
      mistakes.add(field, "not such a text", "the " + what + ", or {env: NAME}");
      return Optional.empty();
    }
    return Optional.of(node.textValue().strip());
  }
}
