package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.PassAtK;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;

/**
 * pass@k of several models with intervals: one row of dots a model, grouped by k, on an axis from 0
 * to 100 %.
 */
record ScoreChart(
    int height, int axisBottom, int axisLabels, List<Tick> ticks, List<Group> groups) {
  private static final int LEFT = 190;
  private static final int RIGHT = 620;
  private static final int TOP = 8;
  private static final int ROW = 24;
  private static final int HEADING = 26;
  private static final int TICK_PERCENT = 20;

  record Tick(String x, String label) {}

  record Group(String label, int y, List<Dot> dots) {}

  /**
   * @param published whether the figure is of another model and has no interval
   * @param kind class of the colour
   */
  record Dot(
      String model,
      boolean published,
      String kind,
      int y,
      String x,
      String low,
      String high,
      String width,
      String value) {}

  static ScoreChart of(
      List<Score> scores, List<Integer> ks, List<ReportView.PublishedScore> published) {
    List<Group> groups = new ArrayList<>();
    int y = TOP;
    for (int k : ks) {
      int heading = y + 16;
      y += HEADING;
      List<Dot> dots = new ArrayList<>();
      for (Score score : scores) {
        for (PassAtK passAtK : score.getPassAtKList()) {
          if (passAtK.getK() == k) {
            dots.add(dot(score.getModel(), passAtK, y + ROW / 2));
            y += ROW;
          }
        }
      }
      if (k == 1) {
        for (ReportView.PublishedScore figure : published) {
          double share = Double.parseDouble(figure.value()) / 100;
          String x = x(share);
          dots.add(
              new Dot(
                  figure.model(),
                  true,
                  "published",
                  y + ROW / 2,
                  x,
                  x,
                  x,
                  "0",
                  Figures.percent(share)));
          y += ROW;
        }
      }
      groups.add(new Group("pass@" + k, heading, dots));
    }
    int bottom = y + 6;
    List<Tick> ticks = new ArrayList<>();
    for (int percent = 0; percent <= 100; percent += TICK_PERCENT) {
      ticks.add(new Tick(x(percent / 100.0), percent + " %"));
    }
    return new ScoreChart(bottom + 24, bottom, bottom + 17, ticks, groups);
  }

  private static Dot dot(String model, PassAtK score, int y) {
    double low = clamp(score.getLow());
    double high = clamp(score.getHigh());
    return new Dot(
        model,
        false,
        ModelColour.of(model),
        y,
        x(clamp(score.getValue())),
        x(low),
        x(high),
        Svg.number((high - low) * (RIGHT - LEFT)),
        Figures.percent(score));
  }

  private static double clamp(double share) {
    return Math.max(0, Math.min(1, share));
  }

  private static String x(double share) {
    return Svg.number(LEFT + share * (RIGHT - LEFT));
  }
}
