package io.retort.ingest;

import io.retort.failure.Failures;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model on the hub: {@code hf://OWNER/NAME}, or {@code hf://OWNER/NAME@REVISION}.
 *
 * @param name {@code OWNER/NAME}
 * @param revision branch, tag or commit; {@code main} if none is given
 */
record HubModel(String name, String revision) {
  static final String SCHEME = "hf://";

  private static final Pattern PATTERN =
      Pattern.compile(
          Pattern.quote(SCHEME)
              + "((?!(?:datasets|spaces|models)/)[\\w-][\\w.-]*/[\\w-][\\w.-]*)"
              + "(?:@(refs/[\\w-]+/[\\w-]+|[\\w-][\\w.-]*))?/?");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * @throws io.temporal.failure.ApplicationFailure USER/MODEL_NOT_FOUND for any other text
   */
  static HubModel parse(String location) {
    Matcher matcher = PATTERN.matcher(location);
    if (!matcher.matches()) {
      throw Failures.user(
          "MODEL_NOT_FOUND",
          "student.model: " + location + " (expected: " + SCHEME + "OWNER/NAME[@REVISION])");
    }
    return new HubModel(matcher.group(1), matcher.group(2) == null ? "main" : matcher.group(2));
  }

  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  /** Whether a location is a model on the hub, not a data set. */
  static boolean isNamed(String location) {
    return location.startsWith(SCHEME) && !location.startsWith(HubReference.SCHEME);
  }

  HubModel at(String commit) {
    return new HubModel(name, commit);
  }

  @Override
  public String toString() {
    return SCHEME + name + "@" + revision;
  }
}
