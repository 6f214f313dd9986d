package io.retort.ingest;

import io.retort.failure.Failures;
import io.retort.store.DataRoots;
import io.retort.store.Locations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files that a local path, folder or glob names, in the order of their paths. */
final class LocalFiles {
  private static final Logger LOGGER = LoggerFactory.getLogger(LocalFiles.class);
  private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");

  private final DataRoots roots;

  /**
   * @param roots allowed locations of files
   */
  LocalFiles(DataRoots roots) {
    this.roots = roots;
  }

  /**
   * @param location an absolute path or a {@code file:} URI
   * @throws io.temporal.failure.ApplicationFailure USER/DATA_NOT_FOUND, USER/LOCATION_FORBIDDEN
   */
  List<DataFile> of(String location) throws IOException {
    roots.require(DataFiles.FIELD, location);
    Path path = Locations.path(location).orElse(null);
    if (path != null && Files.isDirectory(path)) {
      return below(path);
    }
    if (path != null && Files.exists(path)) {
      return List.of(new LocalFile(String.valueOf(path.getFileName()), path, roots));
    }
    String written = Locations.written(location);
    if (written.startsWith("/") && WILDCARD.matcher(written).find()) {
      return matching(written);
    }
    if (path == null) {
      throw notFound(
          location,
          "not found (expected: an absolute path, a file: URI, s3://... or hf://datasets/...)");
    }
    throw notFound(path.toString(), "no such file (expected: a file, a folder or a glob)");
  }

  /** All data files below a folder, recognised by content or name. */
  private List<DataFile> below(Path folder) throws IOException {
    List<Path> files = walk(folder, file -> isData(folder, file));
    if (files.isEmpty()) {
      throw notFound(
          folder.toString(),
          "no data file below this folder (expected: JSON Lines, a JSON array or Parquet; plain,"
              + " .gz or .zst)");
    }
    return named(folder, files);
  }

  private List<DataFile> matching(String glob) throws IOException {
    int wildcard = first(WILDCARD, glob);
    Path folder = Path.of(glob.substring(0, glob.lastIndexOf('/', wildcard) + 1));
    roots.real(DataFiles.FIELD, folder);
    Predicate<Path> matches = globs(glob);
    List<Path> files = Files.isDirectory(folder) ? walk(folder, matches) : List.of();
    if (files.isEmpty()) {
      throw notFound(glob, "no file matches (expected: at least one; ** crosses folders)");
    }
    return named(folder, files);
  }

  /** As in shells, {@code /**}{@code /} also matches zero folders. */
  private static Predicate<Path> globs(String glob) {
    PathMatcher deep = matcher(glob);
    PathMatcher shallow = matcher(glob.replace("/**/", "/"));
    return path -> deep.matches(path) || shallow.matches(path);
  }

  private static PathMatcher matcher(String glob) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + glob);
    } catch (IllegalArgumentException e) {
      throw notFound(glob, "no glob: " + e.getMessage() + " (expected: *, **, ?, [abc] or {a,b})");
    }
  }

  private List<Path> walk(Path folder, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> paths = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> files =
          paths
              .filter(Files::isRegularFile)
              .filter(wanted)
              .sorted(Comparator.comparing(Path::toString))
              .toList();
      for (Path file : files) {
        roots.real(DataFiles.FIELD, file);
      }
      return files;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof AccessDeniedException denied) {
        throw notFound(denied.getFile(), "not readable (expected: a readable folder)");
      }
      throw e.getCause();
    }
  }

  private boolean isData(Path folder, Path file) {
    for (Path part : folder.relativize(file)) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = String.valueOf(file.getFileName());
    if (DataNames.isMetadata(name)) {
      return false;
    }
    if (DataNames.isData(name)) {
      return true;
    }
    try {
      roots.real(DataFiles.FIELD, file);
      boolean data =
          Files.isReadable(file) && FileContent.of(file, file.toString()) != FileContent.UNKNOWN;
      if (!data) {
        LOGGER.info("{} is skipped: neither its content nor its name indicates data", file);
      }
      return data;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<DataFile> named(Path folder, List<Path> files) {
    return files.stream()
        .<DataFile>map(file -> new LocalFile(folder.relativize(file).toString(), file, roots))
        .toList();
  }

  private static int first(Pattern pattern, String text) {
    java.util.regex.Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.start() : text.length();
  }

  private static RuntimeException notFound(String location, String what) {
    return Failures.user("DATA_NOT_FOUND", "data: " + location + ": " + what);
  }
}
