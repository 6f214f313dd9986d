package io.retort.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which runs a command is about. */
final class RunSelection {
  @Option(
      names = "--filter",
      defaultValue = "",
      paramLabel = "FILTER",
      description = "As in: phase = RUNNING AND team = math (see docs/runs.md).")
  private String filter = "";

  @Option(
      names = "--label",
      paramLabel = "KEY[=VALUE]",
      description = "Only runs with this label; may be repeated.")
  private @Nullable List<String> labels;

  /** In the language of ListRuns. */
  String filter() {
    List<String> terms = new ArrayList<>();
    if (!filter.isBlank()) {
      terms.add("(" + filter + ")");
    }
    for (String label : labels == null ? List.<String>of() : labels) {
      int equals = label.indexOf('=');
      terms.add(
          equals < 0
              ? "label." + quoted(label) + ":*"
              : "label."
                  + quoted(label.substring(0, equals))
                  + " = "
                  + quoted(label.substring(equals + 1)));
    }
    return terms.size() == 1 && !filter.isBlank() ? filter : String.join(" AND ", terms);
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
