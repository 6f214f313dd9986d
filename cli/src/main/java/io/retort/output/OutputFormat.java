package io.retort.output;

import java.util.Locale;

/** How a command prints data. */
public enum OutputFormat {
  /** For people; may change with any version. */
  TABLE,
  /** Protobuf JSON with the field names of the proto files. */
  JSON,
  /** The same data as YAML. */
  YAML;

  /** As on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
