package io.retort.release.report;

import io.retort.v1.PassAtK;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** pass@k by k with bands, a line per model, on a logarithmic axis of k. */
record CurveChart(List<Tick> yTicks, List<Tick> xTicks, List<Line> lines) {
  private static final int LEFT = 48;
  private static final int RIGHT = 740;
  private static final int TOP = 34;
  private static final int BOTTOM = 226;
  private static final int LEGEND = 150;
  private static final int MOST_TICKS = 6;

  /** A gridline and its text; {@code at} is y for horizontal lines, x for vertical ones. */
  record Tick(String at, String label) {}

  /**
   * @param kind class of the colour
   * @param points of a polyline, {@code x,y} separated by blanks
   * @param band outline of the intervals, likewise
   * @param legend x of the name
   */
  record Line(String model, String kind, String points, String band, int legend) {}

  /** Empty where there is no k but 1. */
  static Optional<CurveChart> of(List<Score> scores) {
    List<Score> drawn = scores.stream().filter(score -> score.getCurveCount() > 1).toList();
    if (drawn.isEmpty()) {
      return Optional.empty();
    }
    double most =
        drawn.stream().flatMap(CurveChart::curve).mapToDouble(PassAtK::getK).max().orElseThrow();
    double highest =
        drawn.stream().flatMap(CurveChart::curve).mapToDouble(PassAtK::getHigh).max().orElseThrow();
    Ticks percent = Ticks.covering(0, 100 * highest, MOST_TICKS);
    List<Line> lines = new ArrayList<>();
    for (Score score : drawn) {
      lines.add(line(score, most, percent, LEFT + LEGEND * lines.size()));
    }
    return Optional.of(
        new CurveChart(
            percent.values().stream()
                .map(at -> new Tick(y(percent, at), percent.label(at) + " %"))
                .toList(),
            IntStream.iterate(1, k -> k <= most, k -> 2 * k)
                .mapToObj(k -> new Tick(x(k, most), String.valueOf(k)))
                .toList(),
            lines));
  }

  private static Stream<PassAtK> curve(Score score) {
    return score.getCurveList().stream();
  }

  private static Line line(Score score, double most, Ticks percent, int legend) {
    List<PassAtK> curve = score.getCurveList();
    String points =
        curve.stream()
            .map(point -> x(point.getK(), most) + "," + y(percent, 100 * point.getValue()))
            .collect(Collectors.joining(" "));
    List<String> band = new ArrayList<>();
    curve.forEach(
        point -> band.add(x(point.getK(), most) + "," + y(percent, 100 * point.getHigh())));
    for (int index = curve.size() - 1; index >= 0; index--) {
      PassAtK point = curve.get(index);
      band.add(x(point.getK(), most) + "," + y(percent, 100 * point.getLow()));
    }
    return new Line(
        score.getModel(), ModelColour.of(score.getModel()), points, String.join(" ", band), legend);
  }

  private static String x(double k, double most) {
    return Svg.number(LEFT + Math.log(k) / Math.log(most) * (RIGHT - LEFT));
  }

  private static String y(Ticks percent, double value) {
    return Svg.number(BOTTOM - percent.position(value) * (BOTTOM - TOP));
  }
}
