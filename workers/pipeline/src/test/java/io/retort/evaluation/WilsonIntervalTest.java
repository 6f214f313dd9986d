package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WilsonIntervalTest {
  private static final int PROBLEMS = 30;

  @Test
  void isTheTextbookInterval() {
    // Newcombe 1998, table I: 81 of 263 and 15 of 148.
    assertInterval(WilsonInterval.of(81 / 263.0, 263), 0.2553, 0.3662);
    assertInterval(WilsonInterval.of(15 / 148.0, 148), 0.0624, 0.1605);
    assertInterval(WilsonInterval.of(13 / 30.0, 30), 0.274, 0.608);
  }

  @Test
  void noneOfThirtyIsNoCertainty() {
    assertInterval(WilsonInterval.of(0, PROBLEMS), 0, 0.1135);
    assertInterval(WilsonInterval.of(1, PROBLEMS), 0.8865, 1);
    assertThat(WilsonInterval.of(0, PROBLEMS).low()).isZero();
    assertThat(WilsonInterval.of(1, PROBLEMS).high()).isEqualTo(1);
  }

  /** The coverage is a finite sum: no draws needed. */
  @Test
  void holdsTheTruthAsOftenAsItSays() {
    double[] coverage =
        IntStream.rangeClosed(1, 99).mapToDouble(percent -> coverage(percent / 100.0)).toArray();

    assertThat(Moments.mean(coverage)).isBetween(0.945, 0.965);
    assertThat(Arrays.stream(coverage).min().orElseThrow()).isGreaterThan(0.8);
  }

  @Test
  void ofAMeanCountsProblemsNotAnswers() {
    double[] values = new double[PROBLEMS];
    Arrays.fill(values, 0, PROBLEMS / 2, 1);

    Interval interval = WilsonInterval.ofMean(values, PROBLEMS * 64.0);

    // Every problem is all right or all wrong: 64 answers tell no more than one.
    Interval single = WilsonInterval.of(0.5, PROBLEMS);
    assertThat(interval.low()).isCloseTo(single.low(), within(0.02)).isLessThan(single.low());
    assertThat(interval.high()).isCloseTo(single.high(), within(0.02)).isGreaterThan(single.high());
  }

  private static double coverage(double truth) {
    double coverage = 0;
    double probability = Math.pow(1 - truth, PROBLEMS);
    for (int right = 0; right <= PROBLEMS; right++) {
      if (WilsonInterval.of((double) right / PROBLEMS, PROBLEMS).contains(truth)) {
        coverage += probability;
      }
      probability *= truth / (1 - truth) * (PROBLEMS - right) / (right + 1);
    }
    return coverage;
  }

  private static void assertInterval(Interval interval, double low, double high) {
    assertThat(interval.low()).isCloseTo(low, within(6e-4));
    assertThat(interval.high()).isCloseTo(high, within(6e-4));
  }
}
