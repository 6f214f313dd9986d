package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class BootstrapIntervalTest {
  @Test
  void givesTheSameIntervalForTheSameSeedOnly() {
    double[] values = new Random(2).doubles(64).toArray();

    assertThat(BootstrapInterval.ofMean(values, 7)).isEqualTo(BootstrapInterval.ofMean(values, 7));
    assertThat(BootstrapInterval.ofMean(values, 7))
        .isNotEqualTo(BootstrapInterval.ofMean(values, 8));
  }

  @Test
  void isNearTheNormalIntervalOfAShare() {
    int problems = 400;
    double share = 0.36;
    double halfWidth = 1.96 * Math.sqrt(share * (1 - share) / problems);

    Interval interval = BootstrapInterval.ofMean(shareOfOnes(problems, 144), 1);

    assertThat(interval.low()).isCloseTo(share - halfWidth, within(0.01));
    assertThat(interval.high()).isCloseTo(share + halfWidth, within(0.01));
  }

  @Test
  void holdsTheMeanOfEveryKindOfValues() {
    Random random = new Random(5);
    for (int round = 0; round < 50; round++) {
      double[] values = random.doubles(2 + random.nextInt(40)).toArray();
      double mean = DoubleStream.of(values).average().orElseThrow();

      Interval interval = BootstrapInterval.ofMean(values, round);

      assertThat(mean).as("round %d", round).isBetween(interval.low(), interval.high());
      assertThat(interval.low()).isGreaterThan(DoubleStream.of(values).min().orElseThrow() - 1e-12);
      assertThat(interval.high()).isLessThan(DoubleStream.of(values).max().orElseThrow() + 1e-12);
    }
  }

  @Test
  void isThatValueWhereAllAreEqual() {
    assertThat(BootstrapInterval.ofMean(new double[] {1, 1, 1}, 3)).isEqualTo(new Interval(1, 1));
    assertThat(BootstrapInterval.ofMean(new double[] {0.25}, 3))
        .isEqualTo(new Interval(0.25, 0.25));
  }

  @Test
  void refusesNoValues() {
    assertThatThrownBy(() -> BootstrapInterval.ofMean(new double[0], 1))
        .hasMessage("values: none (expected: one per problem)");
  }

  private static double[] shareOfOnes(int values, int ones) {
    double[] result = new double[values];
    java.util.Arrays.fill(result, 0, ones, 1);
    return result;
  }
}
