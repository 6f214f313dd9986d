package io.retort.report;

import com.google.protobuf.util.Timestamps;
import io.retort.enums.EnumText;
import io.retort.v1.Lineage;
import io.retort.v1.LineageVersion;
import io.retort.v1.RelatedRun;
import io.retort.v1.StageOrigin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a run comes from and what came of it, as text for people. */
public final class LineageText {
  public static List<String> lines(Lineage lineage) {
    List<String> lines = new ArrayList<>();
    lines.add(lineage.getRunId());
    lineage.getOriginsList().forEach(run -> lines.add("  retrained from  " + related(run)));
    lineage.getRetrainsList().forEach(run -> lines.add("  retrained as    " + related(run)));
    if (lineage.getMoreRetrains() > 0) {
      lines.add("  and " + lineage.getMoreRetrains() + " more retrains");
    }
    for (LineageVersion version : lineage.getVersionsList()) {
      lines.add(
          "  released        "
              + version.getModel()
              + ":v"
              + Integer.toUnsignedString(version.getVersion())
              + (version.getAliasesCount() == 0
                  ? ""
                  : " (" + String.join(", ", version.getAliasesList()) + ")")
              + publisher(lineage, version));
    }
    for (StageOrigin stage : lineage.getStagesList()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-15s %s made by %s",
              Figures.name(stage.getStage()),
              EnumText.shortName(stage.getReuse()),
              stage.getMadeByRunId()));
    }
    return lines.stream().map(TextTable::printable).toList();
  }

  private static String publisher(Lineage lineage, LineageVersion version) {
    return version.getPublishedByRunId().isEmpty()
            || version.getPublishedByRunId().equals(lineage.getRunId())
        ? ""
        : ", published by " + version.getPublishedByRunId();
  }

  private static String related(RelatedRun run) {
    return run.hasCreatedAt()
        ? run.getRunId()
            + "  "
            + Figures.name(run.getPhase())
            + "  "
            + Timestamps.toString(run.getCreatedAt())
        : run.getRunId() + "  not known any more";
  }

  private LineageText() {}
}
