package io.retort.release.report;

import io.retort.enums.EnumText;
import io.retort.report.Figures;
import io.retort.v1.Gap;
import io.retort.v1.GapRewards;
import io.retort.v1.RewardPoint;
import io.retort.v1.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** How far a model came to prefer the chosen sides of its pairs, by gap class. */
final class RewardViews {
  private static final List<Gap> GAPS =
      List.of(Gap.GAP_UNSPECIFIED, Gap.GAP_SMALL, Gap.GAP_MEDIUM, Gap.GAP_LARGE);

  record Rewards(Chart chart, List<Row> rows) {}

  /**
   * @param pairs "trained" or "held out"
   */
  record Row(
      String pairs,
      String gap,
      String count,
      String margin,
      String accuracy,
      String chosen,
      String rejected,
      String chosenDrift,
      String rejectedDrift) {}

  /** Mean margin by optimizer step, a line per class. */
  record Chart(List<Tick> yTicks, List<Tick> xTicks, String zero, List<Line> lines) {
    private static final int LEFT = 48;
    private static final int RIGHT = 448;
    private static final int TOP = 34;
    private static final int BOTTOM = 186;
    private static final int LEGEND = 92;

    static Chart of(List<RewardPoint> curve) {
      List<RewardPoint> points =
          curve.stream()
              .filter(
                  point ->
                      point.getRewardsList().stream()
                          .allMatch(rewards -> Double.isFinite(rewards.getMargin())))
              .toList();
      double[] margins =
          points.stream()
              .flatMap(point -> point.getRewardsList().stream())
              .mapToDouble(GapRewards::getMargin)
              .toArray();
      double low = 0;
      double high = 0;
      for (double margin : margins) {
        low = Math.min(low, margin);
        high = Math.max(high, margin);
      }
      Ticks scale = Ticks.covering(low, high, 5);
      double steps =
          points.isEmpty() ? 1 : Math.max(1.0, (double) points.get(points.size() - 1).getStep());
      List<Line> lines = new ArrayList<>();
      for (Gap gap : GAPS) {
        String line = line(points, gap, steps, scale);
        if (!line.isEmpty()) {
          lines.add(new Line(name(gap), kind(gap), line, LEFT + LEGEND * lines.size()));
        }
      }
      return new Chart(
          scale.values().stream()
              .map(value -> new Tick(y(scale, value), scale.label(value)))
              .toList(),
          Ticks.covering(0, steps, 6).values().stream()
              .filter(value -> value == Math.rint(value) && value <= steps)
              .map(value -> new Tick(x(steps, value), String.valueOf(Math.round(value))))
              .toList(),
          y(scale, 0),
          lines);
    }

    private static String line(List<RewardPoint> points, Gap gap, double steps, Ticks scale) {
      return points.stream()
          .flatMap(
              point ->
                  point.getRewardsList().stream()
                      .filter(rewards -> rewards.getGap() == gap)
                      .map(
                          rewards ->
                              x(steps, (double) point.getStep())
                                  + ","
                                  + y(scale, rewards.getMargin())))
          .collect(Collectors.joining(" "));
    }

    private static String x(double steps, double step) {
      return Svg.number(LEFT + step / steps * (RIGHT - LEFT));
    }

    private static String y(Ticks scale, double value) {
      return Svg.number(BOTTOM - scale.position(value) * (BOTTOM - TOP));
    }
  }

  /** A gridline and its text; {@code at} is y for horizontal lines, x for vertical ones. */
  record Tick(String at, String label) {}

  /**
   * @param kind class of the colour
   * @param legend x of the name
   */
  record Line(String name, String kind, String points, int legend) {}

  /** Empty for SFT, and for results of before rewards were kept. */
  static Optional<Rewards> of(TrainingResult result) {
    if (result.getRewardsCount() == 0) {
      return Optional.empty();
    }
    List<Row> rows = new ArrayList<>();
    result.getRewardsList().forEach(rewards -> rows.add(row("trained", rewards)));
    result.getValidationRewardsList().forEach(rewards -> rows.add(row("held out", rewards)));
    return Optional.of(new Rewards(Chart.of(result.getRewardCurveList()), rows));
  }

  /** {@code all pairs}, {@code small}. */
  static String name(Gap gap) {
    return gap == Gap.GAP_UNSPECIFIED
        ? "all pairs"
        : EnumText.shortName(gap).toLowerCase(Locale.ROOT);
  }

  private static String kind(Gap gap) {
    return switch (gap) {
      case GAP_SMALL -> "gap-small";
      case GAP_MEDIUM -> "gap-medium";
      case GAP_LARGE -> "gap-large";
      case GAP_UNSPECIFIED, UNRECOGNIZED -> "gap-all";
    };
  }

  private static Row row(String pairs, GapRewards rewards) {
    return new Row(
        pairs,
        name(rewards.getGap()),
        Figures.count(rewards.getPairs()),
        signed(rewards.getMargin()),
        Figures.percent(rewards.getAccuracy()),
        signed(rewards.getChosenReward()),
        signed(rewards.getRejectedReward()),
        signed(rewards.getChosenLogProbabilityDrift()),
        signed(rewards.getRejectedLogProbabilityDrift()));
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.3f", value);
  }

  private RewardViews() {}
}
