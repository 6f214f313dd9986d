package io.retort.release.report;

import io.retort.report.CalibrationLines;
import io.retort.report.FlipLines;
import io.retort.v1.FlipSummary;
import io.retort.v1.RunSummary;
import java.util.ArrayList;
import java.util.List;

/** The report's view of verdicts that flipped, and of how its benchmarks were calibrated. */
final class EvaluationFindingViews {
  static List<ReportView.Fact> facts(RunSummary summary) {
    List<ReportView.Fact> facts = new ArrayList<>();
    if (summary.hasFlips()) {
      FlipSummary flips = summary.getFlips();
      List<String> lines = new ArrayList<>(List.of(FlipLines.headline(flips)));
      lines.addAll(FlipLines.details(flips));
      facts.add(new ReportView.Fact("Graded anew", String.join("\n", lines)));
    }
    if (summary.getCalibrationsCount() > 0) {
      facts.add(
          new ReportView.Fact(
              "Calibration",
              String.join(
                  "\n",
                  summary.getCalibrationsList().stream().map(CalibrationLines::stamp).toList())));
    }
    return facts;
  }

  private EvaluationFindingViews() {}
}
