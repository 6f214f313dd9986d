package io.retort.release.report;

import io.retort.v1.Run;

/** The report of a run as one HTML page that loads nothing. */
public final class HtmlReport {
  static final String TEMPLATE = "report.mustache";

  private static final HtmlPage PAGE = new HtmlPage(TEMPLATE);

  /** The page; the same run, examples and answers give the same text. */
  public static String render(Run run, ReportExamples examples, ReportAnswers answers) {
    return PAGE.render(ReportViews.of(run, examples, answers));
  }

  private HtmlReport() {}
}
