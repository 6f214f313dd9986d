package io.retort.judge.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RowHashTest {
  @Test
  void isTheSameInEveryProcess() {
    assertThat(RowHash.of("")).isEqualTo(0xcbf29ce484222325L);
    assertThat(RowHash.of("a")).isEqualTo(0xaf63dc4c8601ec8cL);
    assertThat(RowHash.of("foobar")).isEqualTo(0x85944171f73967e8L);
  }

  @Test
  void isUniform() {
    int rows = 20_000;
    double sum = 0;
    int low = 0;
    for (int row = 0; row < rows; row++) {
      double value = RowHash.uniform(RowHash.of("row-" + row), "judge");
      assertThat(value).isBetween(0.0, 1.0);
      sum += value;
      low += value < 0.1 ? 1 : 0;
    }

    assertThat(sum / rows).isCloseTo(0.5, within(0.01));
    assertThat((double) low / rows).isCloseTo(0.1, within(0.01));
  }

  @Test
  void dependsOnRowAndName() {
    double value = RowHash.uniform(RowHash.of("row"), "a");

    assertThat(RowHash.uniform(RowHash.of("row"), "a")).isEqualTo(value);
    assertThat(RowHash.uniform(RowHash.of("row"), "b")).isNotEqualTo(value);
    assertThat(RowHash.uniform(RowHash.of("raw"), "a")).isNotEqualTo(value);
  }
}
