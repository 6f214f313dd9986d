package io.retort.store;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Optional;

/** Locations that a spec names: an absolute path on a file system, or a URI in a store. */
public final class Locations {
  /** The allowed kinds of location, for messages. */
  public static final String EXPECTED =
      "an absolute path or a URI that begins with " + StoreScheme.prefixes();

  /** Whether a store serves the location; does not check that it exists. */
  public static boolean isServed(String location) {
    return location.startsWith("/") || StoreScheme.of(location).isPresent();
  }

  /** Whether the location is on a file system, independent of the store. */
  public static boolean isLocal(String location) {
    return location.startsWith("/") || StoreScheme.FILE.serves(location);
  }

  /** The absolute path of a location on a file system; empty for all others. */
  public static Optional<Path> path(String location) {
    if (!isLocal(location)) {
      return Optional.empty();
    }
    try {
      Path path = location.startsWith("/") ? Path.of(location) : Path.of(URI.create(location));
      return Optional.of(path.normalize());
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      return Optional.empty();
    }
  }

  /** The path of a location on a file system as written, including wildcards. */
  public static String written(String location) {
    return location.replaceFirst("^file:(?://)?(?=/)", "");
  }

  /**
   * The location's URI in the store that serves it, without a trailing slash; empty for all others.
   */
  public static Optional<String> uri(String location) {
    Optional<String> uri =
        isLocal(location)
            // Path.toUri adds a trailing slash only to a folder that exists.
            ? path(location).map(path -> path.toUri().toString())
            : Optional.of(location).filter(Locations::isServed);
    return uri.map(text -> text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  private Locations() {}
}
