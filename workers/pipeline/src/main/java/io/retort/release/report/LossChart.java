package io.retort.release.report;

import io.retort.v1.LossPoint;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A loss by optimizer steps, and the loss on held-out rows, as lines and texts of an SVG.
 *
 * @param line points of a polyline, {@code x,y} separated by blanks; empty without finite losses
 * @param heldOut points of the held-out loss, empty where nothing was held out
 */
record LossChart(
    String label,
    List<Tick> yTicks,
    List<Tick> xTicks,
    String line,
    String heldOut,
    boolean hasHeldOut,
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

  static LossChart of(String name, List<LossPoint> curve, List<LossPoint> heldOutCurve) {
    List<LossPoint> points = finite(curve);
    List<LossPoint> heldOut = finite(heldOutCurve);
    String label = "Training loss of " + name + " by optimizer step";
    if (points.isEmpty()) {
      return new LossChart(label, List.of(), List.of(), "", "", false, true, "0", "0", "");
    }
    Ticks losses =
        Ticks.covering(
            both(points, heldOut).mapToDouble(LossPoint::getLoss).min().orElseThrow(),
            both(points, heldOut).mapToDouble(LossPoint::getLoss).max().orElseThrow(),
            5);
    LossPoint last = points.get(points.size() - 1);
    double steps = Math.max(1.0, (double) last.getStep());
    return new LossChart(
        label,
        losses.values().stream()
            .map(value -> new Tick(y(losses, value), losses.label(value)))
            .toList(),
        Ticks.covering(0, steps, 6).values().stream()
            .filter(value -> value == Math.rint(value) && value <= steps)
            .map(value -> new Tick(x(steps, value), String.valueOf(Math.round(value))))
            .toList(),
        line(points, steps, losses),
        line(heldOut, steps, losses),
        !heldOut.isEmpty(),
        false,
        x(steps, (double) last.getStep()),
        y(losses, last.getLoss()),
        "step " + last.getStep());
  }

  private static List<LossPoint> finite(List<LossPoint> curve) {
    return curve.stream().filter(point -> Double.isFinite(point.getLoss())).toList();
  }

  private static Stream<LossPoint> both(List<LossPoint> points, List<LossPoint> heldOut) {
    return Stream.concat(points.stream(), heldOut.stream());
  }

  private static String line(List<LossPoint> points, double steps, Ticks losses) {
    return points.stream()
        .map(point -> x(steps, (double) point.getStep()) + "," + y(losses, point.getLoss()))
        .collect(Collectors.joining(" "));
  }

  private static String x(double steps, double step) {
    return Svg.number(LEFT + step / steps * (RIGHT - LEFT));
  }

  private static String y(Ticks losses, double loss) {
    return Svg.number(BOTTOM - losses.position(loss) * (BOTTOM - TOP));
  }
}
