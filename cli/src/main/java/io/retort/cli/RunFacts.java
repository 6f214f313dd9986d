package io.retort.cli;

import io.retort.enums.EnumText;
import io.retort.v1.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a run carries for people, and what can be done with it, as lines. */
final class RunFacts {
  static List<String> lines(Run run) {
    List<String> lines = new ArrayList<>();
    add(lines, "Launched by", run.getCreatedBy());
    add(
        lines,
        "Labels",
        run.getLabelsMap().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(", ")));
    add(lines, "Note", run.getNote());
    add(
        lines,
        "Now possible",
        run.getAllowedActionsList().stream()
            .map(EnumText::words)
            .collect(Collectors.joining(", ")));
    return lines;
  }

  private static void add(List<String> lines, String name, String text) {
    if (!text.isEmpty()) {
      // Without the characters by which a text could steer a terminal.
      lines.add(name + ": " + text.replaceAll("\\p{Cntrl}", " "));
    }
  }

  private RunFacts() {}
}
