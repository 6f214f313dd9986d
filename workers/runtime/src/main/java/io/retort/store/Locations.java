package io.retort.store;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Optional;

/** Places that a spec names: an absolute path on a file system, or the URI of one in a store. */
public final class Locations {
  /** The allowed kinds of location, for messages. */
  public static final String EXPECTED =
      "an absolute path or a URI that begins with " + StoreScheme.prefixes();

  /** Whether a store serves the place; whether there is anything is not asked. */
  public static boolean isServed(String location) {
    return location.startsWith("/") || StoreScheme.of(location).isPresent();
  }

  /** Whether the place is on a file system, so that it stays there wherever the store is. */
  public static boolean isLocal(String location) {
    return location.startsWith("/") || StoreScheme.FILE.serves(location);
  }

  /** The absolute path of a place on a file system, empty for all else. */
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

  /** The path of a place on a file system as it is written, wildcards and all. */
  public static String written(String location) {
    return location.replaceFirst("^file:(?://)?(?=/)", "");
  }

  /**
   * The place's URI in the store that serves it, without a slash at its end; empty for all else.
   */
  public static Optional<String> uri(String location) {
    Optional<String> uri =
        isLocal(location)
            // Path.toUri ends a folder that exists with a slash, and one that does not without.
            ? path(location).map(path -> path.toUri().toString())
            : Optional.of(location).filter(Locations::isServed);
    return uri.map(text -> text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
  }

  private Locations() {}
}
