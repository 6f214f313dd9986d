package io.retort.release.report;

import io.retort.evaluation.Interval;
import io.retort.report.Figures;
import io.retort.v1.PassAtK;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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

  /** Widest name of a model, in pixels. */
  static final int NAME = 178;

  record Tick(String x, String label) {}

  record Group(String label, int y, List<Dot> dots) {}

  /**
   * @param shown the model, shortened where its name is too long
   * @param kind class of the colour; "published" of another model's figure
   */
  record Dot(
      String model,
      String shown,
      String kind,
      int y,
      String x,
      String low,
      String high,
      String value) {}

  static ScoreChart of(
      List<Score> scores,
      List<Integer> ks,
      List<PublishedScores.Figure> published,
      ModelColour colour) {
    List<Group> groups = new ArrayList<>();
    int y = TOP;
    for (int k : ks) {
      int heading = y + 16;
      y += HEADING;
      List<Dot> dots = new ArrayList<>();
      for (Score score : scores) {
        for (PassAtK passAtK : score.getPassAtKList()) {
          if (passAtK.getK() == k) {
            dots.add(dot(score.getModel(), colour, passAtK, y + ROW / 2));
            y += ROW;
          }
        }
      }
      if (k == 1) {
        for (PublishedScores.Figure figure : published) {
          dots.add(dot(figure, y + ROW / 2));
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

  private static Dot dot(String model, ModelColour colour, PassAtK score, int y) {
    double low = clamp(score.getLow());
    double high = clamp(score.getHigh());
    return new Dot(
        model,
        Label.fit(model, NAME),
        colour.of(model),
        y,
        x(clamp(score.getValue())),
        x(low),
        x(high),
        Figures.percent(score));
  }

  private static Dot dot(PublishedScores.Figure figure, int y) {
    double low = figure.interval().map(Interval::low).orElse(figure.share());
    double high = figure.interval().map(Interval::high).orElse(figure.share());
    String model = figure.model() + " (" + figure.table().id() + ")";
    return new Dot(
        model,
        Label.fit(model, NAME),
        "published",
        y,
        x(figure.share()),
        x(low),
        x(high),
        String.format(
            Locale.ROOT, "%s (%.1f-%.1f)", Figures.percent(figure.share()), 100 * low, 100 * high));
  }

  private static double clamp(double share) {
    return Math.max(0, Math.min(1, share));
  }

  private static String x(double share) {
    return Svg.number(LEFT + share * (RIGHT - LEFT));
  }
}
