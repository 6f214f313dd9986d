package io.retort.release.report;

import java.util.List;

/** The report of several runs as one HTML page that loads nothing. */
public final class HtmlComparison {
  static final String TEMPLATE = "comparison.mustache";

  private static final HtmlPage PAGE = new HtmlPage(TEMPLATE);

  /**
   * The page; the same runs give the same text.
   *
   * @param runs the others are compared with the first
   */
  public static String render(List<RecordedRun> runs) {
    return PAGE.render(ComparisonViews.of(runs));
  }

  private HtmlComparison() {}
}
