package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CurvePointsTest {
  @Test
  void areEveryKOfUsualBenchmarks() {
    assertThat(CurvePoints.of(1)).containsExactly(1);
    assertThat(CurvePoints.of(4)).containsExactly(1, 2, 3, 4);
    assertThat(CurvePoints.of(64)).hasSize(64).endsWith(63, 64);
  }

  @Test
  void growSlowlyBeyond() {
    assertThat(CurvePoints.of(1_024))
        .isSorted()
        .doesNotHaveDuplicates()
        .hasSizeBetween(100, 140)
        .endsWith(1_024);
  }
}
