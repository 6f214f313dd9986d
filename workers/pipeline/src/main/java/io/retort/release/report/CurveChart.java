package io.retort.release.report;

import io.retort.v1.PassAtK;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * pass@k by k with bands, a line per model, on a logarithmic axis of k.
 *
 * @param shift of the axes to below the rows of the legend
 */
record CurveChart(int height, int shift, List<Tick> yTicks, List<Tick> xTicks, List<Line> lines) {
  private static final int LEFT = 48;
  private static final int RIGHT = 740;
  private static final int TOP = 34;
  private static final int BOTTOM = 226;
  private static final int HEIGHT = 262;

  /** Of a legend's entry, at least; its name begins at {@code KEY}. */
  private static final int LEGEND = 150;

  private static final int KEY = 32;
  private static final int GAP = 16;
  private static final int WIDEST_NAME = 280;
  private static final int LEGEND_ROW = 18;
  private static final int LEGEND_TOP = 14;
  private static final int MOST_TICKS = 6;

  /** A gridline and its text; {@code at} is y for horizontal lines, x for vertical ones. */
  record Tick(String at, String label) {}

  /**
   * @param kind class of the colour
   * @param points of a polyline, {@code x,y} separated by blanks
   * @param band outline of the intervals, likewise
   * @param legendX where its entry of the legend begins
   */
  record Line(
      String model,
      String shown,
      String kind,
      String points,
      String band,
      int legendX,
      int legendY) {}

  /** Empty where there is no k but 1. */
  static Optional<CurveChart> of(List<Score> scores, ModelColour colour) {
    List<Score> drawn = scores.stream().filter(score -> score.getCurveCount() > 1).toList();
    if (drawn.isEmpty()) {
      return Optional.empty();
    }
    double most =
        drawn.stream().flatMap(CurveChart::curve).mapToDouble(PassAtK::getK).max().orElseThrow();
    double highest =
        drawn.stream().flatMap(CurveChart::curve).mapToDouble(PassAtK::getHigh).max().orElseThrow();
    Ticks percent = Ticks.covering(0, 100 * highest, MOST_TICKS);
    int entry =
        drawn.stream()
            .mapToInt(score -> KEY + Label.width(Label.fit(score.getModel(), WIDEST_NAME)) + GAP)
            .reduce(LEGEND, Math::max);
    int perRow = (RIGHT - LEFT) / entry;
    List<Line> lines = new ArrayList<>();
    for (Score score : drawn) {
      int place = lines.size();
      lines.add(
          line(
              score,
              colour,
              most,
              percent,
              LEFT + entry * (place % perRow),
              LEGEND_TOP + LEGEND_ROW * (place / perRow)));
    }
    int shift = LEGEND_ROW * ((drawn.size() - 1) / perRow);
    return Optional.of(
        new CurveChart(
            HEIGHT + shift,
            shift,
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

  private static Line line(
      Score score, ModelColour colour, double most, Ticks percent, int legendX, int legendY) {
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
        score.getModel(),
        Label.fit(score.getModel(), WIDEST_NAME),
        colour.of(score.getModel()),
        points,
        String.join(" ", band),
        legendX,
        legendY);
  }

  private static String x(double k, double most) {
    return Svg.number(LEFT + Math.log(k) / Math.log(most) * (RIGHT - LEFT));
  }

  private static String y(Ticks percent, double value) {
    return Svg.number(BOTTOM - percent.position(value) * (BOTTOM - TOP));
  }
}
