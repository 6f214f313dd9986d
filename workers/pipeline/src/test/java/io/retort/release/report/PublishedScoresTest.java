package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class PublishedScoresTest {
  @Test
  void bothTablesAreNamedAndHaveIntervals() {
    List<PublishedScores.Figure> figures =
        PublishedScores.of("AIME-2024").stream()
            .filter(figure -> figure.model().equals("DistilQwen2.5-R1-7B"))
            .toList();

    assertThat(figures)
        .extracting(figure -> figure.table().name())
        .containsExactly("table A, series overview", "table B, recipe page");
    PublishedScores.Figure recipe = figures.get(1);
    assertThat(recipe.correct()).isEqualTo(13);
    assertThat(recipe.problems()).isEqualTo(30);
    assertThat(recipe.interval().orElseThrow().low()).isCloseTo(0.274, within(1e-3));
    assertThat(recipe.interval().orElseThrow().high()).isCloseTo(0.608, within(1e-3));
  }

  /** An interval over problems is right only for shares of them, as one answer a problem gives. */
  @Test
  void figuresWithIntervalsAreSharesOfTheirProblems() {
    assertThat(
            Stream.of("aime24", "math500", "gpqa-diamond", "livecodebench-v2")
                .flatMap(benchmark -> PublishedScores.of(benchmark).stream()))
        .hasSize(48)
        .filteredOn(figure -> figure.interval().isPresent())
        .allSatisfy(
            figure ->
                assertThat((double) figure.correct() / figure.problems())
                    .as("%s, %s", figure.model(), figure.table())
                    .isCloseTo(figure.share(), within(0.0006)));
  }

  @Test
  void otherBenchmarksHaveNone() {
    assertThat(PublishedScores.of("demo")).isEmpty();
    assertThat(PublishedViews.of(List.of())).isEmpty();
  }
}
