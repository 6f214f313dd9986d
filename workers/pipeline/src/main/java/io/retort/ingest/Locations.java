package io.retort.ingest;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Optional;

/** Places on a file system that a spec names: an absolute path or a {@code file:} URI. */
public final class Locations {
  /** The absolute path, empty when the text is neither. */
  public static Optional<Path> path(String location) {
    try {
      Path path = location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
      return path.isAbsolute() ? Optional.of(path.normalize()) : Optional.empty();
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      return Optional.empty();
    }
  }

  private Locations() {}
}
