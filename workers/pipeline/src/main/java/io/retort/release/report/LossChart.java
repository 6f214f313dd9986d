package io.retort.release.report;

import io.retort.v1.LossPoint;
import java.util.ArrayList;
import java.util.List;

/**
 * A loss by optimizer steps, as lines and texts of an SVG.
 *
 * @param line points of a polyline, {@code x,y} separated by blanks; empty without finite losses
 */
record LossChart(
    String label,
    List<Tick> yTicks,
    List<Tick> xTicks,
    String line,
    boolean empty,
    String lastX,
    String lastY,
    String lastLabel) {
  private static final int LEFT = 48;
  private static final int RIGHT = 448;
  private static final int TOP = 14;
  private static final int BOTTOM = 186;

  /** A gridline and its text; {@code at} is y for horizontal lines, x for vertical ones. */
  record Tick(String at, String label) {}

  static LossChart of(String name, List<LossPoint> curve) {
    List<LossPoint> points =
        curve.stream().filter(point -> Double.isFinite(point.getLoss())).toList();
    String label = "Training loss of " + name + " by optimizer step";
    if (points.isEmpty()) {
      return new LossChart(label, List.of(), List.of(), "", true, "0", "0", "");
    }
    Ticks losses =
        Ticks.covering(
            points.stream().mapToDouble(LossPoint::getLoss).min().orElseThrow(),
            points.stream().mapToDouble(LossPoint::getLoss).max().orElseThrow(),
            5);
    LossPoint last = points.get(points.size() - 1);
    double steps = Math.max(1.0, (double) last.getStep());
    List<String> line = new ArrayList<>();
    for (LossPoint point : points) {
      line.add(x(steps, (double) point.getStep()) + "," + y(losses, point.getLoss()));
    }
    return new LossChart(
        label,
        losses.values().stream()
            .map(value -> new Tick(y(losses, value), losses.label(value)))
            .toList(),
        Ticks.covering(0, steps, 6).values().stream()
            .filter(value -> value == Math.rint(value) && value <= steps)
            .map(value -> new Tick(x(steps, value), String.valueOf(Math.round(value))))
            .toList(),
        String.join(" ", line),
        false,
        x(steps, (double) last.getStep()),
        y(losses, last.getLoss()),
        "step " + last.getStep());
  }

  private static String x(double steps, double step) {
    return Svg.number(LEFT + step / steps * (RIGHT - LEFT));
  }

  private static String y(Ticks losses, double loss) {
    return Svg.number(BOTTOM - losses.position(loss) * (BOTTOM - TOP));
  }
}
