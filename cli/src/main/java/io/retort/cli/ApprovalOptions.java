package io.retort.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of {@code retort runs approve} and {@code reject}. */
final class ApprovalOptions {
  @Option(
      names = "--report-digest",
      required = true,
      description = "SHA-256 of the report that was read; retort runs show tells it.")
  String reportDigest = "";

  @Option(names = "--note", defaultValue = "", description = "Why, kept with the run.")
  String note = "";

  @Option(
      names = "--actor",
      description = "Who decides, kept with the run (default: the name of the user).")
  private @Nullable String actor;

  String actor() {
    return actor == null ? System.getProperty("user.name", "") : actor;
  }
}
