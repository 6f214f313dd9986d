package io.retort.stack;

import java.nio.file.Path;

/** The checkout from which this program was started. */
public final class Repository {
  /** System property with its path, set by the launcher. */
  public static final String PROPERTY = "retort.repository";

  public static Path path() {
    return Path.of(System.getProperty(PROPERTY, "")).toAbsolutePath().normalize();
  }

  private Repository() {}
}
