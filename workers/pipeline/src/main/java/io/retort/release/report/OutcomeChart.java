package io.retort.release.report;

import io.retort.report.Figures;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.Score;
import java.util.ArrayList;
import java.util.List;

/** Generated answers by outcome, a stacked bar a model, with the outcomes' names as texts. */
record OutcomeChart(int height, List<Bar> bars, List<Key> keys) {
  private static final double LEFT = 190;
  private static final double WIDTH = 550;
  private static final int TOP = 34;
  private static final int ROW = 38;
  private static final double NARROWEST_WITH_TEXT = 52;
  private static final int FIRST_KEY = 80;
  private static final int KEY = 132;

  /**
   * @param shown the name, shortened where it is too long
   */
  record Bar(String name, String shown, int y, int textY, List<Segment> segments) {}

  /**
   * @param text empty where it would not fit
   */
  record Segment(String kind, String x, String width, String middle, String text, String title) {}

  record Key(String kind, String name, int x) {}

  private record Part(String kind, String name, long count) {}

  /**
   * @param scores with outcomes
   */
  static OutcomeChart of(List<Score> scores) {
    List<Bar> bars = new ArrayList<>();
    for (Score score : scores) {
      bars.add(bar(score, TOP + ROW * bars.size()));
    }
    List<Key> keys = new ArrayList<>();
    for (Part part : parts(OutcomeCounts.getDefaultInstance())) {
      keys.add(new Key(part.kind(), part.name(), FIRST_KEY + KEY * keys.size()));
    }
    return new OutcomeChart(TOP + ROW * bars.size(), bars, keys);
  }

  private static Bar bar(Score score, int y) {
    List<Part> parts = parts(score.getOutcomes());
    long all = Math.max(1, parts.stream().mapToLong(Part::count).sum());
    List<Segment> segments = new ArrayList<>();
    double x = LEFT;
    for (Part part : parts) {
      if (part.count() > 0) {
        double width = WIDTH * part.count() / all;
        segments.add(
            new Segment(
                part.kind(),
                Svg.number(x),
                Svg.number(width),
                Svg.number(x + width / 2),
                width < NARROWEST_WITH_TEXT ? "" : Figures.share(part.count(), all),
                score.getModel() + ", " + part.name() + ": " + Figures.count(part.count())));
        x += width;
      }
    }
    return new Bar(
        score.getModel(), Label.fit(score.getModel(), ScoreChart.NAME), y, y + 19, segments);
  }

  private static List<Part> parts(OutcomeCounts outcomes) {
    return List.of(
        new Part("correct", "correct", outcomes.getCorrect()),
        new Part("wrong", "wrong", outcomes.getWrong()),
        new Part("noanswer", "no answer", outcomes.getNoAnswer()),
        new Part("cut", "cut", outcomes.getTruncated()),
        new Part("undecided", "not decided", outcomes.getCheckerError()));
  }
}
