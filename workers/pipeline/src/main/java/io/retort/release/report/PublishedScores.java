package io.retort.release.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.evaluation.Interval;
import io.retort.evaluation.WilsonInterval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * pass@1 of the released DistilQwen2.5-R1 models, of the models they started from and of others, as
 * the vendor's pages print them. Two of the pages contradict each other: a model's figures are
 * shown beside each other, with what chance alone does to each. For orientation, where a benchmark
 * has the name of one of theirs.
 */
final class PublishedScores {
  private static final String RESOURCE = "published-scores.json";
  private static final PublishedScores ALL = read();

  private final Pages pages;

  /**
   * @param table of the vendor's, as in {@link #tables}
   * @param share from 0 to 1
   * @param interval Wilson's over the problems; empty where the figure is no share of them, as with
   *     several answers a problem
   * @param correct problems that the figure comes to, of so many
   */
  record Figure(
      String model,
      Table table,
      double share,
      Optional<Interval> interval,
      long correct,
      long problems) {}

  record Table(String id, String name) {}

  private record Pages(
      String publisher, List<Table> tables, List<Benchmark> benchmarks, List<Row> scores) {}

  private record Benchmark(List<String> names, long problems) {}

  /**
   * @param percent in the order of the benchmarks
   */
  private record Row(
      String model,
      String table,
      @JsonProperty("one_answer") boolean oneAnswer,
      List<Double> percent) {}

  private PublishedScores(Pages pages) {
    this.pages = pages;
  }

  /** Who prints the figures. */
  static String publisher() {
    return ALL.pages.publisher();
  }

  static List<Table> tables() {
    return ALL.pages.tables();
  }

  /** Figures of a benchmark, however its name is written ("aime24", "AIME-2024"); mostly none. */
  static List<Figure> of(String benchmark) {
    String name = benchmark.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    List<Figure> figures = new ArrayList<>();
    for (int index = 0; index < ALL.pages.benchmarks().size(); index++) {
      Benchmark known = ALL.pages.benchmarks().get(index);
      if (known.names().contains(name)) {
        for (Row row : ALL.pages.scores()) {
          figures.add(ALL.figure(row, row.percent().get(index) / 100, known.problems()));
        }
      }
    }
    return figures;
  }

  private Figure figure(Row row, double share, long problems) {
    Table table =
        pages.tables().stream()
            .filter(known -> known.id().equals(row.table()))
            .findFirst()
            .orElseThrow();
    long correct = Math.round(share * problems);
    return new Figure(
        row.model(),
        table,
        share,
        row.oneAnswer()
            ? Optional.of(WilsonInterval.of((double) correct / problems, (double) problems))
            : Optional.empty(),
        correct,
        problems);
  }

  private static PublishedScores read() {
    try {
      return new PublishedScores(
          new ObjectMapper().readValue(HtmlPage.resource(RESOURCE), Pages.class));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(RESOURCE + ": cannot be read", e);
    }
  }
}
