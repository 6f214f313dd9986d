package io.retort.release.report;

import io.retort.report.Figures;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report's view of figures that a vendor prints. */
final class PublishedViews {
  private static final String REFERENCE = "DistilQwen";

  /**
   * @param headings a column for each of the vendor's tables
   */
  record Published(String publisher, List<String> headings, List<Row> rows) {}

  /**
   * @param figures in the order of the headings
   */
  record Row(String model, List<String> figures) {}

  static Optional<Published> of(List<PublishedScores.Figure> figures) {
    if (figures.isEmpty()) {
      return Optional.empty();
    }
    List<PublishedScores.Table> tables = PublishedScores.tables();
    List<Row> rows =
        figures.stream()
            .map(PublishedScores.Figure::model)
            .distinct()
            .map(
                model ->
                    new Row(
                        model, tables.stream().map(table -> cell(figures, model, table)).toList()))
            .toList();
    return Optional.of(
        new Published(
            PublishedScores.publisher(),
            tables.stream().map(PublishedScores.Table::name).toList(),
            rows));
  }

  /** The figures that stand in the chart: of the vendor's own models, from both pages. */
  static List<PublishedScores.Figure> references(List<PublishedScores.Figure> figures) {
    return figures.stream().filter(figure -> figure.model().startsWith(REFERENCE)).toList();
  }

  private static String cell(
      List<PublishedScores.Figure> figures, String model, PublishedScores.Table table) {
    return figures.stream()
        .filter(figure -> figure.model().equals(model) && figure.table().equals(table))
        .findFirst()
        .map(PublishedViews::text)
        .orElse("-");
  }

  /** {@code 43.3 % (27.4-60.8), 13 of 30}. */
  private static String text(PublishedScores.Figure figure) {
    return Figures.percent(figure.share())
        + figure
            .interval()
            .map(
                interval ->
                    String.format(
                        Locale.ROOT,
                        " (%.1f-%.1f), %d of %d",
                        100 * interval.low(),
                        100 * interval.high(),
                        figure.correct(),
                        figure.problems()))
            .orElse(", interval not known");
  }

  private PublishedViews() {}
}
