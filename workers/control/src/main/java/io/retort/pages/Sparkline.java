package io.retort.pages;

import io.retort.report.Figures;
import io.retort.v1.LossPreview;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * The loss of a training as a small line.
 *
 * @param points of an SVG polyline; empty for fewer than two losses
 * @param words the same for people who do not see it: "sft loss from 2.0000 to 0.5000"
 */
public record Sparkline(String points, String words) {
  /** In units of the drawing. */
  public static final int WIDTH = 60;

  public static final int HEIGHT = 16;
  private static final double MARGIN = 1.5;

  static Sparkline of(LossPreview preview) {
    List<Float> losses = preview.getLossList();
    if (losses.size() < 2) {
      return new Sparkline("", "");
    }
    double low = Collections.min(losses);
    double range = Collections.max(losses) - low;
    StringBuilder points = new StringBuilder();
    for (int index = 0; index < losses.size(); index++) {
      double x = MARGIN + (WIDTH - 2 * MARGIN) * index / (losses.size() - 1);
      double share = range > 0 ? (losses.get(index) - low) / range : 0.5;
      double y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share;
      points.append(String.format(Locale.ROOT, index == 0 ? "%.1f,%.1f" : " %.1f,%.1f", x, y));
    }
    return new Sparkline(
        points.toString(),
        Figures.name(preview.getStage())
            + " loss from "
            + Figures.loss(losses.get(0))
            + " to "
            + Figures.loss(losses.get(losses.size() - 1)));
  }

  public boolean isEmpty() {
    return points.isEmpty();
  }
}
