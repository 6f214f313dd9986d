package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedDifferenceTest {
  @Test
  void ofOneAnswerAProblemIsBonettAndPricesInterval() {
    int problems = 200;
    int gained = 30;
    int lost = 10;
    PairedDifference difference = ofCounts(problems, gained, lost);

    double p12 = (gained + 1) / (problems + 2.0);
    double p21 = (lost + 1) / (problems + 2.0);
    double error = Math.sqrt((p12 + p21 - (p12 - p21) * (p12 - p21)) / (problems + 2));
    assertThat(difference.difference()).isCloseTo(0.1, within(1e-12));
    assertThat(difference.centre()).isCloseTo(p12 - p21, within(1e-12));
    // Theirs divides by n where the unbiased variance divides by n - 1.
    assertThat(difference.standardError())
        .isCloseTo(error * Math.sqrt((problems + 2) / (problems + 1.0)), within(1e-12));
    Interval interval = difference.interval();
    assertThat(interval.low()).isCloseTo(p12 - p21 - 1.96 * error, within(2e-3));
    assertThat(interval.high()).isCloseTo(p12 - p21 + 1.96 * error, within(2e-3));
  }

  @Test
  void manyAnswersGiveStudentsInterval() {
    double[] model = {0.5, 0.75, 0.25, 1, 0.5, 0.625};
    double[] baseline = {0.25, 0.75, 0, 0.75, 0.25, 0.5};
    double[] differences = {0.25, 0, 0.25, 0.25, 0.25, 0.125};
    double mean = Moments.mean(differences);
    double error = Math.sqrt(Moments.variance(differences, mean) / 6);

    PairedDifference difference = PairedDifference.of(model, baseline, 1_000_000);

    assertThat(difference.difference()).isCloseTo(mean, within(1e-12));
    assertThat(difference.interval().contains(mean)).isTrue();
    assertThat(difference.standardError()).isBetween(0.8 * error, 1.2 * error);
  }

  @Test
  void changesItsSignWithTheModels() {
    PairedDifference one = ofCounts(50, 9, 3);
    PairedDifference other = ofCounts(50, 3, 9);

    assertThat(other.interval().low()).isCloseTo(-one.interval().high(), within(1e-12));
    assertThat(other.pValue(0)).isCloseTo(one.pValue(0), within(1e-12));
  }

  @Test
  void refusesZeroExactlyWhereTheIntervalLeavesItOut() {
    for (int gained = 0; gained <= 20; gained++) {
      PairedDifference difference = ofCounts(60, gained, 4);
      assertThat(difference.pValue(0) <= 0.05)
          .as("%d gained", gained)
          .isEqualTo(!difference.interval().contains(0));
    }
  }

  @Test
  void noDifferenceOnAnyProblemIsNoCertainty() {
    PairedDifference none = ofCounts(30, 0, 0);

    assertThat(none.difference()).isZero();
    assertThat(none.pValue(0)).isEqualTo(1);
    assertThat(none.interval().high()).isBetween(0.05, 0.12);
    assertThat(none.interval().low()).isCloseTo(-none.interval().high(), within(1e-12));
  }

  @Test
  void staysWithinWhatADifferenceCanBe() {
    Interval interval = ofCounts(3, 3, 0).interval();

    assertThat(interval.contains(1)).isTrue();
    assertThat(interval.low()).isGreaterThanOrEqualTo(-1);
    assertThat(interval.high()).isLessThanOrEqualTo(1);
  }

  @Test
  void refusesProblemsThatAreNotPairs() {
    assertThatThrownBy(() -> PairedDifference.of(new double[3], new double[2], 1))
        .hasMessage("problems: 3 and 2 (expected: the same, some)");
    assertThatThrownBy(() -> PairedDifference.of(new double[0], new double[0], 1))
        .hasMessageContaining("0 and 0");
  }

  /**
   * Easy and hard problems; the model gains {@code gain} on half of them, by an own draw. Up to a
   * single answer to each of 30 problems that are nearly all too hard.
   */
  @ParameterizedTest
  @CsvSource({
    "30, 1, 0.5, 0.7, 0.2, 0.0",
    "30, 1, 0.1, 0.5, 0.0, 0.1",
    "30, 1, 0.9, 1.0, 0.5, 0.0",
    "30, 4, 0.5, 0.7, 0.2, 0.2",
    "30, 64, 0.3, 0.7, 0.0, 0.05",
    "100, 1, 0.5, 0.7, 0.2, 0.2",
    "100, 4, 0.1, 0.5, 0.0, 0.0",
    "200, 8, 0.5, 0.7, 0.2, 0.02",
  })
  void holdsTheTruthAsOftenAsItSays(
      int problems, int samples, double lucky, double easy, double hard, double gain) {
    Simulation simulation = new Simulation(23);
    int rounds = 1_000;
    int held = 0;
    for (int round = 0; round < rounds; round++) {
      double[] model = new double[problems];
      double[] baseline = new double[problems];
      for (int problem = 0; problem < problems; problem++) {
        double chance = simulation.chance(lucky, easy, hard);
        baseline[problem] = simulation.share(chance, samples);
        boolean gains = simulation.uniform() < 0.5;
        model[problem] = simulation.share(gains ? chance + gain : chance, samples);
      }
      Interval interval = PairedDifference.of(model, baseline, samples).interval();
      held += interval.contains(gain / 2) ? 1 : 0;
    }

    // Three standard errors of 1,000 rounds are 2.1 points.
    assertThat((double) held / rounds).isBetween(0.929, 1.0);
  }

  /** One answer a problem: right of the model alone, of the baseline alone, and of neither. */
  private static PairedDifference ofCounts(int problems, int gained, int lost) {
    double[] model = new double[problems];
    double[] baseline = new double[problems];
    java.util.Arrays.fill(model, 0, gained, 1);
    java.util.Arrays.fill(baseline, gained, gained + lost, 1);
    return PairedDifference.of(model, baseline, 1);
  }
}
