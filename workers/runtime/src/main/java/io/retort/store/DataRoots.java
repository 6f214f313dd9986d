package io.retort.store;

import io.retort.failure.Failures;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The locations that specs may name to a worker: below the worker's store, and below the roots of
 * {@code RETORT_DATA_ROOTS}, a comma-separated list of folders and S3 prefixes; {@code /} and
 * {@code s3://} allow everything. Anyone who reaches the control plane can submit a spec, and the
 * worker can read more than they may: keys, other teams' data.
 *
 * <p>Symbolic links are resolved before a location is compared, so that a link below a root cannot
 * lead outside it. Users who can replace folders below a root while they are read are trusted.
 */
public final class DataRoots {
  public static final String VARIABLE = "RETORT_DATA_ROOTS";

  /** Allows everything that the process can read. */
  public static final String ALL = "/,s3://";

  private static final String ALL_OF_S3 = "s3://";
  private static final Pattern ADDRESS = Pattern.compile("\\d+(?:\\.\\d+){3}|.*[:@].*");
  private static final Pattern STEPS = Pattern.compile("(?:^|/)\\.\\.?(?:/|$)");

  private final List<Path> folders = new ArrayList<>();
  private final List<String> prefixes = new ArrayList<>();

  private DataRoots(List<String> roots) {
    for (String root : roots) {
      Optional<Path> folder = Locations.path(root);
      if (folder.isPresent()) {
        folders.add(folder.get());
      } else if (root.startsWith(ALL_OF_S3)) {
        prefixes.add(root.equals(ALL_OF_S3) ? root : root.replaceFirst("/+$", ""));
      } else {
        throw new ConfigurationException(
            VARIABLE
                + ": "
                + root
                + " (expected: absolute folders and s3://BUCKET/PREFIX, with commas between)");
      }
    }
  }

  /**
   * The store of {@code RETORT_STORE} and the roots of {@code RETORT_DATA_ROOTS}; only the store if
   * the latter is not set.
   *
   * @throws ConfigurationException for a root that is not a valid location
   */
  public static DataRoots of(Environment environment) {
    List<String> roots = new ArrayList<>(List.of(environment.require("RETORT_STORE")));
    for (String root : environment.get(VARIABLE, "").split(",", -1)) {
      if (!root.isBlank()) {
        roots.add(root.strip());
      }
    }
    return new DataRoots(roots);
  }

  /** Allows everything, for a process that reads locations named by its own user. */
  public static DataRoots all() {
    return new DataRoots(List.of(ALL.split(",", -1)));
  }

  /**
   * Checks a location before anything is read or looked up there.
   *
   * @param field of the spec, for the message
   * @param location an absolute path, or a URI of a store. A {@code file:} URI that is not valid,
   *     such as some globs, is not checked here: its reader checks the folder that it finds.
   * @throws io.temporal.failure.ApplicationFailure USER/LOCATION_FORBIDDEN
   */
  public void require(String field, String location) throws IOException {
    Optional<Path> path = Locations.path(location);
    if (path.isPresent()) {
      real(field, path.get());
    } else if (Locations.isServed(location) && !Locations.isLocal(location)) {
      requireObject(field, location);
    }
  }

  /**
   * Checks a folder and the targets of the links in it.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/LOCATION_FORBIDDEN
   */
  public void requireFolder(String field, String location) throws IOException {
    require(field, location);
    Optional<Path> path = Locations.path(location);
    if (path.isPresent() && Files.isDirectory(path.get())) {
      requireLinks(field, path.get());
    }
  }

  /**
   * The real path of a file, with links resolved, so that the caller opens the file that was
   * checked.
   *
   * @throws io.temporal.failure.ApplicationFailure USER/LOCATION_FORBIDDEN
   */
  public Path real(String field, Path path) throws IOException {
    Path real = resolved(path);
    for (Path folder : folders) {
      if (real.startsWith(resolved(folder))) {
        return real;
      }
    }
    throw forbidden(field, path.toString(), real.equals(path) ? "" : " leads to " + real);
  }

  private void requireLinks(String field, Path folder) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        if (Files.isSymbolicLink(entry)) {
          real(field, entry);
        } else if (Files.isDirectory(entry)) {
          requireLinks(field, entry);
        }
      }
    }
  }

  private void requireObject(String field, String uri) {
    String bucket = uri.substring(ALL_OF_S3.length()).replaceFirst("/.*", "");
    if (ADDRESS.matcher(bucket).matches() || STEPS.matcher(uri).find()) {
      throw Failures.user(
          "LOCATION_FORBIDDEN",
          field + ": " + uri + " (expected: s3://BUCKET/PATH with a bucket's name and no ..)");
    }
    for (String prefix : prefixes) {
      if (prefix.equals(ALL_OF_S3) || uri.equals(prefix) || uri.startsWith(prefix + "/")) {
        return;
      }
    }
    throw forbidden(field, uri, "");
  }

  /** Resolves links in the existing part of the path; the rest is unchanged. */
  private static Path resolved(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    Path known = absolute;
    while (known != null) {
      try {
        return known.toRealPath().resolve(known.relativize(absolute)).normalize();
      } catch (IOException e) {
        // The path does not exist or is not readable; then nothing below it is either.
        known = known.getParent();
      }
    }
    return absolute;
  }

  private RuntimeException forbidden(String field, String location, String leads) {
    List<String> roots = new ArrayList<>(prefixes);
    folders.forEach(folder -> roots.add(folder.toString()));
    return Failures.user(
        "LOCATION_FORBIDDEN",
        field
            + ": "
            + location
            + leads
            + ": the pipeline worker does not allow this location (expected: one below "
            + String.join(", ", roots)
            + "; the operator of the worker can add others to "
            + VARIABLE
            + ")");
  }
}
