package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreIntervalTest {
  @Test
  void ofOneAnswerAProblemIsWilsons() {
    double[] values = {1, 0, 0, 1, 0, 0, 0, 0, 1, 0};

    assertThat(ScoreInterval.of(values, 1, 1, 5)).isEqualTo(WilsonInterval.of(0.3, 10));
  }

  @Test
  void noneOfThirtyProblemsIsNoCertaintyHoweverManyAnswersWereDrawn() {
    Interval none = ScoreInterval.of(new double[30], 64, 1, 5);

    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(0.1135, within(1e-3));
  }

  @Test
  void isNowhereNarrowerThanTheBootstrap() {
    Simulation simulation = new Simulation(3);
    for (int round = 0; round < 20; round++) {
      double[] values = new double[30];
      for (int problem = 0; problem < values.length; problem++) {
        values[problem] = simulation.share(simulation.uniform(), 4);
      }
      Interval bootstrap = BootstrapInterval.ofMean(values, round);
      Interval interval = ScoreInterval.of(values, 4, 1, round);

      assertThat(interval.low()).isBetween(0.0, bootstrap.low());
      assertThat(interval.high()).isBetween(bootstrap.high(), 1.0);
    }
  }

  /** Easy and hard problems, from all alike to all or nothing, in the middle and near 0 and 1. */
  @ParameterizedTest
  @CsvSource({
    "30, 4, 0.5, 0.8, 0.2",
    "30, 4, 0.5, 1.0, 0.0",
    "30, 16, 0.2, 0.9, 0.05",
    "30, 4, 0.0, 0.0, 0.03",
    "30, 4, 0.0, 0.0, 0.97",
    "100, 4, 0.1, 0.6, 0.0",
    "100, 4, 0.9, 1.0, 0.5",
  })
  void holdsTheTruthAsOftenAsItSays(
      int problems, int samples, double lucky, double easy, double hard) {
    Simulation simulation = new Simulation(17);
    double truth = lucky * easy + (1 - lucky) * hard;
    int rounds = 400;
    int held = 0;
    for (int round = 0; round < rounds; round++) {
      double[] values = new double[problems];
      for (int problem = 0; problem < problems; problem++) {
        values[problem] = simulation.share(simulation.chance(lucky, easy, hard), samples);
      }
      held += ScoreInterval.of(values, samples, 1, round).contains(truth) ? 1 : 0;
    }

    // Three standard errors of 400 rounds are 3.3 points.
    assertThat((double) held / rounds).isBetween(0.917, 1.0);
  }
}
