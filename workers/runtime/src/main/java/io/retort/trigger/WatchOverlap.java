package io.retort.trigger;

import io.retort.failure.Failures;
import io.retort.store.Locations;
import io.temporal.failure.ApplicationFailure;
import java.io.IOException;
import java.nio.file.Path;

/** Whether a location is within the store of the runs, or around it. */
public final class WatchOverlap {
  /**
   * Links are followed as far as this process sees them.
   *
   * @param uri a path, or a URI of a store
   */
  public static boolean of(String uri, String storeUri) {
    String location = resolved(uri);
    String store = resolved(storeUri);
    return location.startsWith(store) || store.startsWith(location);
  }

  /** Says why such a location is not watched. */
  public static String reason(String storeUri) {
    return "overlaps the store of the runs, "
        + storeUri
        + ", and each run would fire it (expected: a location that is neither in it nor around it)";
  }

  /** USER/LOCATION_FORBIDDEN. */
  public static ApplicationFailure refusal(String field, String uri, String storeUri) {
    return Failures.user("LOCATION_FORBIDDEN", field + ": " + uri + ": " + reason(storeUri));
  }

  /** With a slash at the end, so that a name is no beginning of another. */
  private static String resolved(String uri) {
    String text = Locations.path(uri).map(WatchOverlap::real).map(Path::toString).orElse(uri);
    return text.replaceFirst("/*$", "/");
  }

  /** Of the part that exists, with the rest unchanged. */
  private static Path real(Path path) {
    for (Path known = path; known != null; known = known.getParent()) {
      try {
        return known.toRealPath().resolve(known.relativize(path)).normalize();
      } catch (IOException e) {
        // Its parent may be there.
      }
    }
    return path;
  }

  private WatchOverlap() {}
}
