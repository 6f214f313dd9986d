package io.retort.ingest;

import io.retort.failure.Failures;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;

/**
 * A glob over paths below a folder. A literal path also matches itself, whatever characters it
 * contains.
 */
record PathGlob(String text) {
  /**
   * As in shells, {@code **}{@code /} also matches zero folders.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND if the text is not a valid
   *     glob
   */
  boolean matches(String path) {
    return path.equals(text) || matches(text, path) || matches(text.replace("**/", ""), path);
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
