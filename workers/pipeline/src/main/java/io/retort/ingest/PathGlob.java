package io.retort.ingest;

import io.retort.failure.Failures;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;

/** A glob over paths below a folder; a path itself matches too, whatever is in its name. */
record PathGlob(String text) {
  /**
   * As shells read it, {@code **}{@code /} also matches no folder at all.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND where the text is no glob
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
