package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.Comparison;
import java.util.ArrayList;
import java.util.List;

/** Paired differences with their intervals, grouped by benchmark, on an axis around 0. */
record DifferenceChart(
    int height, int axisBottom, int axisLabels, String zero, List<Tick> ticks, List<Group> groups) {
  private static final int LEFT = 24;
  private static final int RIGHT = 600;
  private static final int TOP = 8;
  private static final int ROW = 42;
  private static final int HEADING = 26;

  /** From the top of a row, whose first line is the pair. */
  private static final int WHISKER = 30;

  private static final int NAME = 588;
  private static final int MOST_TICKS = 7;

  record Tick(String x, String label) {}

  record Group(String label, int y, List<Dot> dots) {}

  /**
   * @param shown the pair, shortened where it is too long
   * @param kind class of the colour: the model's
   */
  record Dot(
      String pair,
      String shown,
      String kind,
      int y,
      String x,
      String low,
      String high,
      String value) {}

  static DifferenceChart of(List<Comparison> comparisons, ModelColour colour) {
    double widest =
        comparisons.stream()
            .mapToDouble(one -> Math.max(Math.abs(one.getLow()), Math.abs(one.getHigh())))
            .max()
            .orElse(0);
    Ticks points = Ticks.covering(-100 * widest, 100 * widest, MOST_TICKS);
    List<Group> groups = new ArrayList<>();
    int y = TOP;
    for (String benchmark :
        comparisons.stream().map(Comparison::getBenchmark).distinct().toList()) {
      int heading = y + 16;
      y += HEADING;
      List<Dot> dots = new ArrayList<>();
      for (Comparison comparison : comparisons) {
        if (comparison.getBenchmark().equals(benchmark)) {
          dots.add(dot(comparison, points, colour, y + WHISKER));
          y += ROW;
        }
      }
      groups.add(new Group(benchmark, heading, dots));
    }
    int bottom = y + 6;
    List<Tick> ticks =
        points.values().stream().map(at -> new Tick(x(points, at), points.label(at))).toList();
    return new DifferenceChart(bottom + 24, bottom, bottom + 17, x(points, 0), ticks, groups);
  }

  private static Dot dot(Comparison comparison, Ticks points, ModelColour colour, int y) {
    String pair = comparison.getModel() + " against " + comparison.getBaseline();
    return new Dot(
        pair,
        Label.fit(pair, NAME),
        colour.of(comparison.getModel()),
        y,
        x(points, 100 * comparison.getDifference()),
        x(points, 100 * comparison.getLow()),
        x(points, 100 * comparison.getHigh()),
        Figures.points(comparison));
  }

  private static String x(Ticks points, double at) {
    return Svg.number(LEFT + points.position(at) * (RIGHT - LEFT));
  }
}
