package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.CurationSummary;
import io.retort.v1.LengthBin;
import io.retort.v1.LengthDistribution;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Lengths of the kept chains before and after curation: two bars per bin, and the quantiles. */
record LengthChart(List<Tick> yTicks, List<Tick> xTicks, List<Bar> bars, List<Row> rows) {
  private static final int LEFT = 48;
  private static final int RIGHT = 740;
  private static final int TOP = 34;
  private static final int BOTTOM = 186;
  private static final int MOST_LABELS = 12;

  /** A gridline and its text; {@code at} is y for horizontal lines, x for vertical ones. */
  record Tick(String at, String label) {}

  /**
   * @param kind "before" or "after"
   */
  record Bar(String kind, String x, String y, String width, String height, String title) {}

  /** Quantiles of one distribution, in characters. */
  record Row(String name, List<String> values) {}

  /** Empty where lengths were not counted, or nothing was kept. */
  static Optional<LengthChart> of(CurationSummary curation) {
    LengthDistribution before = curation.getLengthsBefore();
    LengthDistribution after = curation.getLengthsAfter();
    if (after.getChains() == 0) {
      return Optional.empty();
    }
    List<Long> edges = edges(before, after);
    double highest =
        Stream.of(before, after)
            .flatMap(lengths -> lengths.getBinsList().stream().map(bin -> percent(bin, lengths)))
            .mapToDouble(Double::doubleValue)
            .max()
            .orElse(0);
    Ticks percents = Ticks.covering(0, highest, 5);
    List<Bar> bars = new ArrayList<>();
    bars.addAll(bars("before", before, edges, percents));
    bars.addAll(bars("after", after, edges, percents));
    List<Tick> xTicks = new ArrayList<>();
    int every = 1 + (edges.size() - 1) / MOST_LABELS;
    for (int index = 0; index < edges.size(); index += every) {
      xTicks.add(new Tick(Svg.number(x(index, edges.size())), Figures.count(edges.get(index))));
    }
    return Optional.of(
        new LengthChart(
            percents.values().stream()
                .map(at -> new Tick(y(percents, at), percents.label(at) + " %"))
                .toList(),
            xTicks,
            bars,
            List.of(
                row("All rows, as they came", curation.getLengthsRead()),
                row("Kept rows, before", before),
                row("Kept rows, after", after))));
  }

  static FigureTable table(CurationSummary curation) {
    FigureTable.Builder table =
        FigureTable.of(
            "lengths", "Lengths of chains in characters", "chains", "from", "to", "count");
    add(table, "all before", curation.getLengthsRead());
    add(table, "kept before", curation.getLengthsBefore());
    add(table, "kept after", curation.getLengthsAfter());
    return table.build();
  }

  private static void add(FigureTable.Builder table, String name, LengthDistribution lengths) {
    lengths
        .getBinsList()
        .forEach(bin -> table.row(name, bin.getFrom(), bin.getTo(), bin.getChains()));
  }

  private static List<Bar> bars(
      String kind, LengthDistribution lengths, List<Long> edges, Ticks percents) {
    double half = (x(1, edges.size()) - x(0, edges.size())) / 2;
    return lengths.getBinsList().stream()
        .map(
            bin -> {
              double left = x(edges.indexOf(bin.getFrom()), edges.size());
              double share = percent(bin, lengths);
              double top = BOTTOM - percents.position(share) * (BOTTOM - TOP);
              return new Bar(
                  kind,
                  Svg.number(kind.equals("before") ? left + 1 : left + half),
                  Svg.number(top),
                  Svg.number(Math.max(1, half - 1)),
                  Svg.number(BOTTOM - top),
                  Figures.count(bin.getFrom())
                      + " to "
                      + Figures.count(bin.getTo() - 1)
                      + " characters, "
                      + kind
                      + ": "
                      + Figures.count(bin.getChains()));
            })
        .toList();
  }

  private static Row row(String name, LengthDistribution lengths) {
    return new Row(
        name,
        Stream.of(
                lengths.getChains(),
                lengths.getShortest(),
                lengths.getPercentile5(),
                lengths.getPercentile25(),
                lengths.getMedian(),
                lengths.getPercentile75(),
                lengths.getPercentile95(),
                lengths.getLongest())
            .map(Figures::count)
            .toList());
  }

  /** Of every bin from the first to the last, and the end of the last. */
  private static List<Long> edges(LengthDistribution before, LengthDistribution after) {
    TreeSet<Long> found = new TreeSet<>();
    Stream.of(before, after)
        .flatMap(lengths -> lengths.getBinsList().stream())
        .forEach(
            bin -> {
              found.add(bin.getFrom());
              found.add(bin.getTo());
            });
    List<Long> edges = new ArrayList<>(List.of(found.first()));
    while (edges.get(edges.size() - 1) < found.last()) {
      long last = edges.get(edges.size() - 1);
      long power = Long.highestOneBit(last);
      edges.add(last == power && power > 1 ? power + power / 2 : 2 * power);
    }
    return edges;
  }

  private static double percent(LengthBin bin, LengthDistribution lengths) {
    return 100.0 * bin.getChains() / lengths.getChains();
  }

  private static double x(int edge, int edges) {
    return LEFT + (double) edge / (edges - 1) * (RIGHT - LEFT);
  }

  private static String y(Ticks percents, double value) {
    return Svg.number(BOTTOM - percents.position(value) * (BOTTOM - TOP));
  }
}
