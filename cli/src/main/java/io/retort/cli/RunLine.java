package io.retort.cli;

import com.google.protobuf.util.Timestamps;
import io.retort.report.Figures;
import io.retort.v1.Run;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** One line about a run. */
final class RunLine {
  static String of(Run run) {
    String labels =
        run.getLabelsMap().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(" "));
    return String.format(
            Locale.ROOT,
            "%-40s %-22s %s  %s",
            run.getRunId(),
            Figures.name(run.getPhase()),
            Timestamps.toString(run.getCreatedAt()),
            labels)
        .stripTrailing();
  }

  private RunLine() {}
}
