package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SampleSizeTest {
  private static final double NORMAL = 1.959964 + 0.841621;

  @Test
  void isTheTextbookFormula() {
    // Of 1,000 problems 120 are won and 80 lost: 4 points, a variance of 0.2.
    PairedDifference difference = difference(1_000, 120, 80);
    SampleSize size = new SampleSize(difference, 1);
    double needed = NORMAL * NORMAL * 0.2 / (0.04 * 0.04);

    assertThat((double) size.moreProblems(0.04)).isCloseTo(needed - 1_000, within(20.0));
    assertThat(size.detectable()).isCloseTo(NORMAL * Math.sqrt(0.2 / 1_000), within(5e-4));
    assertThat(new SampleSize(difference, 4).moreProblems(0.04))
        .isGreaterThan(size.moreProblems(0.04));
  }

  @Test
  void isToTwoDigitsAndAtLeastOne() {
    SampleSize size = new SampleSize(difference(100, 12, 8), 1);

    assertThat(size.moreProblems(0.9)).isEqualTo(1);
    assertThat(size.moreProblems(0.04) % 10).isZero();
  }

  @Test
  void noBenchmarkHasEnoughProblemsForNoDifference() {
    SampleSize size = new SampleSize(difference(100, 10, 10), 1);

    assertThat(size.moreProblems(0)).isZero();
    assertThat(size.moreProblems(1e-4)).isZero();
  }

  @Test
  void moreAnswersHelpWhereAnswersVaryAndNotWhereProblemsDo() {
    // Four answers a problem; a problem's own answers make 0.08 of its difference's variance.
    PairedDifference difference = new PairedDifference(0.05, 0.05, 0.03, 98, 4);
    SampleSize size = new SampleSize(difference, 1);

    assertThat(size.samplesNeeded(0.05, 0.32)).isBetween(5L, 40L);
    assertThat(size.samplesNeeded(0.05, 0.01)).isZero();
    assertThat(size.samplesNeeded(0.05, Double.NaN)).isZero();
  }

  @Test
  void soManyProblemsShowTheDifferenceFourTimesInFive() {
    Simulation simulation = new Simulation(31);
    PairedDifference seen = difference(100, 24, 14);
    int problems = (int) (100 + new SampleSize(seen, 1).moreProblems(0.1));
    int rounds = 500;
    int shown = 0;
    for (int round = 0; round < rounds; round++) {
      int gained = 0;
      int lost = 0;
      for (int problem = 0; problem < problems; problem++) {
        double draw = simulation.uniform();
        gained += draw < 0.24 ? 1 : 0;
        lost += draw >= 0.24 && draw < 0.38 ? 1 : 0;
      }
      shown += difference(problems, gained, lost).pValue(0) <= 0.05 ? 1 : 0;
    }

    assertThat((double) shown / rounds).isBetween(0.74, 0.88);
  }

  private static PairedDifference difference(int problems, int gained, int lost) {
    double[] model = new double[problems];
    double[] baseline = new double[problems];
    java.util.Arrays.fill(model, 0, gained, 1);
    java.util.Arrays.fill(baseline, gained, gained + lost, 1);
    return PairedDifference.of(model, baseline, 1);
  }
}
