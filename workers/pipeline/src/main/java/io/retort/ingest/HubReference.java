package io.retort.ingest;

import io.retort.failure.Failures;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files of a data set on the hub: {@code hf://datasets/OWNER/NAME/GLOB}, or {@code
 * hf://datasets/OWNER/NAME@REVISION/GLOB}.
 *
 * @param dataSet {@code OWNER/NAME}
 * @param revision branch, tag or commit; {@code main} where none is named
 * @param glob empty where none is named
 */
record HubReference(String dataSet, String revision, String glob) {
  static final String SCHEME = "hf://datasets/";

  private static final Pattern PATTERN =
      Pattern.compile(
          Pattern.quote(SCHEME)
              + "([\\w.-]+/[\\w.-]+)(?:@(refs/[\\w.-]+/[\\w.-]+|[\\w.-]+))?(?:/((?!/).*))?");

  /**
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND for another text
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
    return path.equals(glob) || matches(glob, path) || matches(glob.replace("**/", ""), path);
  }

  /** As messages name one of its files. */
  String location(String path) {
    return SCHEME + dataSet + "@" + revision + "/" + path;
  }

  private static boolean matches(String glob, String path) {
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (IllegalArgumentException e) {
      throw Failures.user(
          "DATA_NOT_FOUND",
          "data: "
              + glob
              + ": no glob: "
              + e.getMessage()
              + " (expected: *, **, ?, [abc] or {a,b})");
    }
    return matcher.matches(Path.of(path));
  }
}
