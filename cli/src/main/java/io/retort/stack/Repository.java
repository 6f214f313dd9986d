package io.retort.stack;

import java.nio.file.Path;

/** The checkout that this program was started from. */
public final class Repository {
  /** System property that names it; the launcher sets it. */
  public static final String PROPERTY = "retort.repository";

  public static Path path() {
    return Path.of(System.getProperty(PROPERTY, "")).toAbsolutePath().normalize();
  }

  private Repository() {}
}
