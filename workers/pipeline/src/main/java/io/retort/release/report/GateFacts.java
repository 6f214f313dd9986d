package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.ReleaseSummary;
import java.util.ArrayList;
import java.util.List;

/** What the gate of a release has decided and why, and who has approved it. */
final class GateFacts {
  static List<ReportView.Fact> of(ReleaseSummary release) {
    List<ReportView.Fact> facts = new ArrayList<>();
    if (release.hasGate()) {
      List<String> lines = new ArrayList<>(List.of(Figures.gate(release.getGate())));
      release.getGate().getFindingsList().forEach(finding -> lines.add(finding.getSentence()));
      facts.add(new ReportView.Fact("Gate", String.join("\n", lines)));
    }
    if (release.hasApproval()) {
      facts.add(
          new ReportView.Fact(
              "Approval",
              Figures.approval(release.getApproval())
                  + "\nof the report with sha256 "
                  + release.getApproval().getReportDigest()));
    }
    return facts;
  }

  private GateFacts() {}
}
