package io.retort.ingest;

import io.retort.failure.Failures;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files of a data set on the hub: {@code hf://datasets/OWNER/NAME/GLOB}, or {@code
 * hf://datasets/OWNER/NAME@REVISION/GLOB}.
 *
 * @param dataSet {@code OWNER/NAME}
 * @param revision branch, tag or commit; {@code main} if none is given
 * @param glob empty if none is given
 */
record HubReference(String dataSet, String revision, String glob) {
  static final String SCHEME = "hf://datasets/";

  private static final Pattern PATTERN =
      Pattern.compile(
          Pattern.quote(SCHEME)
              + "([\\w.-]+/[\\w.-]+)(?:@(refs/[\\w.-]+/[\\w.-]+|[\\w.-]+))?(?:/((?!/).*))?");

  /**
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND for any other text
   */
  static HubReference parse(String location) {
    Matcher matcher = PATTERN.matcher(location);
    if (!matcher.matches()) {
      throw Failures.user(
          "DATA_NOT_FOUND",
          "data: " + location + " (expected: " + SCHEME + "OWNER/NAME[@REVISION]/GLOB)");
    }
    return new HubReference(
        matcher.group(1),
        matcher.group(2) == null ? "main" : matcher.group(2),
        matcher.group(3) == null ? "" : matcher.group(3));
  }

  /** Whether the glob matches a file's path within the data set. */
  boolean matches(String path) {
    return new PathGlob(glob).matches(path);
  }

  /** Location of one of its files, for messages. */
  String location(String path) {
    return SCHEME + dataSet + "@" + revision + "/" + path;
  }
}
