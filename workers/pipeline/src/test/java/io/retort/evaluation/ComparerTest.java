package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.v1.Comparison;
import io.retort.v1.ComparisonVerdict;
import io.retort.v1.OutcomeCounts;
import io.retort.v1.ProblemScore;
import io.retort.v1.Score;
import io.retort.v1.ScoreRecord;
import io.temporal.failure.ApplicationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparerTest {
  private static final Map<String, Double> MARGINS = Map.of("demo", 1.0, "other", 1.0);

  @Test
  void moreRightAnswersOnManyProblemsAreBetter() {
    Comparison comparison = compare(counts(100, 30, 3), counts(100, 10, 0));

    assertThat(comparison.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_BETTER);
    assertThat(comparison.getDifference()).isCloseTo(0.2075, within(1e-12));
    assertThat(comparison.getLow()).isPositive();
    assertThat(comparison.getAdjustedPValue()).isEqualTo(comparison.getPValue()).isLessThan(0.05);
    assertThat(comparison.getProblems()).isEqualTo(100);
    assertThat(comparison.getSamples()).isEqualTo(4);
    assertThat(comparison.getSentence())
        .matches("better by \\d+\\.\\d points \\[\\d+\\.\\d, \\d+\\.\\d]");
    assertThat(comparison.getMoreProblems() + comparison.getSamplesNeeded()).isZero();
  }

  @Test
  void fewerAreWorse() {
    Comparison comparison = compare(counts(100, 10, 0), counts(100, 30, 3));

    assertThat(comparison.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_WORSE);
    assertThat(comparison.getSentence()).matches("worse by \\d+\\.\\d points \\[-.*, -.*]");
  }

  @Test
  void theSameAnswersToManyProblemsAreNotWorse() {
    Comparison comparison = compare(counts(2_000, 900, 2), counts(2_000, 900, 2));

    assertThat(comparison.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE);
    assertThat(comparison.getSentence())
        .startsWith("not worse by as much as the margin of 1.0 points: +0.0 points [-0.")
        .endsWith("]");
  }

  @Test
  void aDifferenceBelowTheMarginIsNotWorse() {
    // Half a point, on 3 % of the problems always the same way.
    Comparison comparison = compare(counts(4_000, 1_920, 4), counts(4_000, 1_940, 4));

    assertThat(comparison.getHigh()).isNegative();
    assertThat(comparison.getLow()).isGreaterThan(-0.01);
    assertThat(comparison.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_NOT_WORSE);
    assertThat(comparison.getSentence()).contains(": -0.5 points [-");
  }

  @Test
  void fewProblemsCannotTellAndSayWhatWould() {
    Comparison comparison = compare(counts(30, 16, 2), counts(30, 14, 2));

    assertThat(comparison.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL);
    assertThat(comparison.getLow()).isNegative();
    assertThat(comparison.getHigh()).isPositive();
    assertThat(comparison.getMoreProblems()).isPositive();
    assertThat(comparison.getDetectableDifference()).isGreaterThan(comparison.getDifference());
    assertThat(comparison.getSentence())
        .startsWith("no clear difference: +")
        .contains("more problems")
        .endsWith("would settle it");
  }

  @Test
  void noMarginAndNoDifferenceCannotBeSettled() {
    List<ScoreRecord> records =
        List.of(
            record("stage-2", "demo", counts(30, 9, 1)), record("base", "demo", counts(30, 9, 1)));

    Comparison comparison = Comparer.compare(records, "stage-2", "base", Map.of()).get(0);

    assertThat(comparison.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL);
    assertThat(comparison.getSentence())
        .endsWith("no number of problems that benchmarks have would settle it");
  }

  @Test
  void severalBenchmarksAreTakenTogether() {
    int[] model = counts(100, 17, 4);
    int[] baseline = counts(100, 11, 4);
    Comparison alone = compare(model, baseline);
    assertThat(alone.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_BETTER);
    List<ScoreRecord> records = new ArrayList<>();
    for (int other = 0; other < 5; other++) {
      records.add(record("stage-2", "other-" + other, counts(100, 10, 4)));
      records.add(record("base", "other-" + other, counts(100, 10, 4)));
    }
    records.add(record("stage-2", "demo", model));
    records.add(record("base", "demo", baseline));

    // With a margin, not worse would be known.
    List<Comparison> comparisons = Comparer.compare(records, "stage-2", "base", Map.of());

    Comparison together = comparisons.get(5);
    assertThat(comparisons).hasSize(6);
    assertThat(together.getPValue()).isEqualTo(alone.getPValue());
    assertThat(together.getAdjustedPValue()).isCloseTo(6 * alone.getPValue(), within(1e-12));
    assertThat(together.getLow()).isEqualTo(alone.getLow());
    assertThat(together.getVerdict()).isEqualTo(ComparisonVerdict.COMPARISON_VERDICT_CANNOT_TELL);
    assertThat(together.getSentence()).contains(", which may be chance among 6 benchmarks; about ");
  }

  @Test
  void saysSoWhereOneModelHadLessRoomToFinish() {
    int[] model = counts(100, 30, 3);
    int[] baseline = counts(100, 10, 0);
    ScoreRecord cut = withCut(record("base", "demo", baseline), 90);

    Comparison comparison =
        Comparer.compare(List.of(record("stage-2", "demo", model), cut), "stage-2", "base", MARGINS)
            .get(0);

    assertThat(comparison.getSentence())
        .startsWith("better by ")
        .endsWith(
            "; 22.5 % of base's answers were cut and 0.0 % of stage-2's, which may be part of the"
                + " difference");
    assertThat(comparison.getBaselineTruncatedRatio()).isEqualTo(0.225);
  }

  @Test
  void comparesOnlyWhatBothWereAskedAlike() {
    ScoreRecord model = record("stage-2", "demo", counts(30, 3, 0));

    assertThat(Comparer.compare(List.of(model), "stage-2", "base", MARGINS)).isEmpty();
    assertFailure(model, record("base", "demo", counts(29, 3, 0)), "30 and 29 problems");
    ScoreRecord.Builder fewer = record("base", "demo", counts(30, 3, 0)).toBuilder();
    fewer.getScoreBuilder().setSamples(2);
    assertFailure(model, fewer.build(), "4 and 2 answers a problem");
    ScoreRecord.Builder others = record("base", "demo", counts(30, 3, 0)).toBuilder();
    others.getProblemsBuilder(7).setSampleId("x");
    assertFailure(model, others.build(), "problem p7 was asked of one alone");
  }

  private static void assertFailure(ScoreRecord model, ScoreRecord baseline, String message) {
    assertThatThrownBy(() -> Comparer.compare(List.of(model, baseline), "stage-2", "base", MARGINS))
        .isInstanceOf(ApplicationFailure.class)
        .hasMessageContaining("benchmark demo: stage-2 and base: " + message);
  }

  private static Comparison compare(int[] model, int[] baseline) {
    return Comparer.compare(
            List.of(record("stage-2", "demo", model), record("base", "demo", baseline)),
            "stage-2",
            "base",
            MARGINS)
        .get(0);
  }

  /** Right answers of four: all of the first problems, {@code some} of the last, else none. */
  private static int[] counts(int problems, int all, int some) {
    int[] counts = new int[problems];
    java.util.Arrays.fill(counts, 0, all, 4);
    counts[problems - 1] = some;
    return counts;
  }

  private static ScoreRecord record(String model, String benchmark, int[] correct) {
    ScoreRecord.Builder record =
        ScoreRecord.newBuilder()
            .setScore(Score.newBuilder().setModel(model).setBenchmark(benchmark).setSamples(4));
    for (int index = 0; index < correct.length; index++) {
      record.addProblems(
          ProblemScore.newBuilder()
              .setSampleId("p" + index)
              .setOutcomes(
                  OutcomeCounts.newBuilder()
                      .setCorrect(correct[index])
                      .setWrong(4 - correct[index])));
    }
    return record.build();
  }

  /** One answer each to the last of 100 problems was cut. */
  private static ScoreRecord withCut(ScoreRecord record, int problems) {
    ScoreRecord.Builder cut = record.toBuilder();
    for (int index = 100 - problems; index < 100; index++) {
      cut.getProblemsBuilder(index).setTruncated(1);
    }
    cut.getScoreBuilder().setTruncatedRatio(problems / 400.0);
    return cut.build();
  }
}
