package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.Count;
import io.retort.v1.CurationSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Difficulty of the original and of the last chain of every row, as two stacked bars. */
record DifficultyChart(List<Bar> bars) {
  static final List<String> LABELS = List.of("SIMPLE", "MEDIUM", "HARD");
  private static final String UNJUDGED = "UNJUDGED";
  private static final double LEFT = 80;
  private static final double WIDTH = 660;
  private static final int TOP = 6;
  private static final int ROW = 46;
  private static final double NARROWEST_WITH_TEXT = 84;

  record Bar(String name, int y, int textY, List<Segment> segments, List<ReportView.Fact> counts) {}

  /**
   * @param text empty where it would not fit
   */
  record Segment(String kind, String x, String width, String middle, String text) {}

  static DifficultyChart of(CurationSummary curation) {
    return new DifficultyChart(
        List.of(
            bar("Before", TOP, curation.getDifficultyBeforeList()),
            bar("After", TOP + ROW, curation.getDifficultyAfterList())));
  }

  private static Bar bar(String name, int y, List<Count> counts) {
    List<Part> parts =
        Stream.concat(
                LABELS.stream()
                    .map(
                        label ->
                            new Part(label.toLowerCase(Locale.ROOT), Figures.of(counts, label))),
                Stream.of(new Part("not judged", Figures.of(counts, UNJUDGED))))
            .toList();
    long all = parts.stream().mapToLong(Part::count).sum();
    List<Segment> segments = new ArrayList<>();
    double x = LEFT;
    for (Part part : parts) {
      if (part.count() > 0) {
        double width = WIDTH * part.count() / all;
        segments.add(
            new Segment(
                part.name().replace(" ", ""),
                Svg.number(x),
                Svg.number(width),
                Svg.number(x + width / 2),
                width < NARROWEST_WITH_TEXT
                    ? ""
                    : Figures.count(part.count()) + " " + part.name()));
        x += width;
      }
    }
    List<ReportView.Fact> facts =
        parts.stream()
            .map(part -> new ReportView.Fact(part.name(), Figures.count(part.count())))
            .toList();
    return new Bar(name, y, y + 21, segments, facts);
  }

  private record Part(String name, long count) {}
}
