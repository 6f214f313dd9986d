package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudentTTest {
  /** From printed tables; the first is tan, the last normal. */
  @ParameterizedTest
  @CsvSource({
    "0.975, 1, 12.706205",
    "0.75, 1, 1.0",
    "0.975, 2, 4.302653",
    "0.975, 5, 2.570582",
    "0.8, 10, 0.879058",
    "0.975, 29, 2.045230",
    "0.995, 120, 2.617421",
    "0.975, 10000000, 1.959964",
  })
  void quantilesAreThoseOfTheTables(double probability, double degrees, double expected) {
    double quantile = StudentT.quantile(probability, degrees);

    assertThat(quantile).isCloseTo(expected, within(2e-6));
    assertThat(StudentT.twoSided(quantile, degrees)).isCloseTo(2 * (1 - probability), within(1e-9));
    assertThat(StudentT.twoSided(-quantile, degrees))
        .isEqualTo(StudentT.twoSided(quantile, degrees));
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1e9, 0", "Infinity, 0"})
  void tailsReachTheirLimits(double t, double expected) {
    assertThat(StudentT.twoSided(t, 30)).isCloseTo(expected, within(1e-12));
  }
}
