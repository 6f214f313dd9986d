package io.retort.annotation;

import io.retort.spec.SpecViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The rules of labels, which are those of Kubernetes. */
public final class RunLabels {
  /** Most labels of a run. */
  public static final int MOST = 32;

  private static final int LONGEST_PREFIX = 253;
  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?");
  private static final Pattern PREFIX =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final int SHOWN_CHARACTERS = 80;

  /**
   * Violations of the rules; empty for valid labels.
   *
   * @param field of the request, for the messages
   */
  public static List<SpecViolation> violations(String field, Map<String, String> labels) {
    List<SpecViolation> violations = new ArrayList<>();
    if (labels.size() > MOST) {
      violations.add(
          new SpecViolation(field, labels.size() + " labels (expected: at most " + MOST + ")"));
    }
    labels.forEach(
        (key, value) -> {
          if (!isKey(key)) {
            violations.add(
                new SpecViolation(
                    field,
                    "key \""
                        + cut(key)
                        + "\" (expected: 1 to 63 letters, digits, \"-\", \"_\" or \".\" that begin"
                        + " and end with a letter or digit, optionally after a DNS name and"
                        + " \"/\")"));
          }
          if (!value.isEmpty() && !NAME.matcher(value).matches()) {
            violations.add(
                new SpecViolation(
                    field + "." + cut(key),
                    "\""
                        + cut(value)
                        + "\" (expected: empty, or 1 to 63 letters, digits, \"-\", \"_\" or \".\""
                        + " that begin and end with a letter or digit)"));
          }
        });
    return violations;
  }

  /** Whether the text can be the key of a label. */
  public static boolean isKey(String key) {
    int slash = key.indexOf('/');
    return NAME.matcher(key.substring(slash + 1)).matches()
        && (slash < 0
            || (slash <= LONGEST_PREFIX && PREFIX.matcher(key.substring(0, slash)).matches()));
  }

  private static String cut(String text) {
    return text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
  }

  private RunLabels() {}
}
