package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.CurationSummary;
import io.retort.v1.IngestSummary;
import java.util.ArrayList;
import java.util.List;

/** Where the rows that were read went: one bar on the left, a ribbon to each outcome. */
record FlowChart(
    String label, String source, String sourceHeight, int height, List<Ribbon> ribbons) {
  private static final int TOP = 26;
  private static final int BAR = 14;
  private static final int TARGET_X = 470;
  private static final double SOURCE_HEIGHT = 190;
  private static final int GAP = 24;
  private static final double SMALLEST = 2;

  /**
   * @param kind class of the colour
   * @param path outline of the ribbon
   */
  record Ribbon(
      String kind,
      String path,
      String y,
      String height,
      String labelY,
      String name,
      String count) {}

  private record Target(String kind, String name, long rows) {}

  static FlowChart of(IngestSummary ingest, CurationSummary curation) {
    List<Target> targets =
        List.of(
            new Target("retained", "Kept as it came", curation.getRetained()),
            new Target("improved", "Kept after improvement", curation.getImproved()),
            new Target("rejected", "Rejected", curation.getRejected()),
            new Target("quarantined", "Quarantined: not judged", curation.getQuarantined()),
            new Target("refused", "Refused at ingest", ingest.getQuarantined()));
    long rows = targets.stream().mapToLong(Target::rows).sum();
    List<Ribbon> ribbons = new ArrayList<>();
    double sourceY = TOP;
    double targetY = TOP;
    for (Target target : targets) {
      if (target.rows() == 0) {
        continue;
      }
      double share = (double) target.rows() / rows;
      double sourceHeight = share * SOURCE_HEIGHT;
      double height = Math.max(SMALLEST, sourceHeight);
      ribbons.add(
          new Ribbon(
              target.kind(),
              path(sourceY, sourceHeight, targetY, height),
              Svg.number(targetY),
              Svg.number(height),
              Svg.number(targetY + height / 2 + 4.5),
              target.name(),
              Figures.count(target.rows()) + " (" + Figures.percent(share) + ")"));
      sourceY += sourceHeight;
      targetY += height + GAP;
    }
    String read = Figures.count(rows) + " rows read";
    return new FlowChart(
        read + ", by what became of them",
        read,
        Svg.number(SOURCE_HEIGHT),
        (int) Math.ceil(Math.max(TOP + SOURCE_HEIGHT, targetY - GAP) + 8),
        ribbons);
  }

  private static String path(double sourceY, double sourceHeight, double targetY, double height) {
    String middle = Svg.number((BAR + TARGET_X) / 2.0);
    String right = String.valueOf(TARGET_X);
    String left = String.valueOf(BAR);
    String sourceBottom = Svg.number(sourceY + sourceHeight);
    String targetBottom = Svg.number(targetY + height);
    String sourceTop = Svg.number(sourceY);
    String targetTop = Svg.number(targetY);
    return String.join(
        " ",
        "M" + left,
        sourceTop,
        "C" + middle,
        sourceTop,
        middle,
        targetTop,
        right,
        targetTop,
        "L" + right,
        targetBottom,
        "C" + middle,
        targetBottom,
        middle,
        sourceBottom,
        left,
        sourceBottom,
        "Z");
  }
}
