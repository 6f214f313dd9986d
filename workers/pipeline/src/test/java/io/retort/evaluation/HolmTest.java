package io.retort.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HolmTest {
  @Test
  void multipliesTheSmallestByTheirNumberAndNeverFalls() {
    assertThat(Holm.adjust(new double[] {0.01, 0.04, 0.03, 0.005}))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
    assertThat(Holm.adjust(new double[] {0.6, 0.5})).containsExactly(1, 1);
    assertThat(Holm.adjust(new double[] {0.04})).containsExactly(0.04);
    assertThat(Holm.adjust(new double[0])).isEmpty();
  }

  @Test
  void refusesATrueHypothesisAsSeldomAsItSays() {
    Simulation simulation = new Simulation(29);
    int rounds = 20_000;
    int refused = 0;
    for (int round = 0; round < rounds; round++) {
      // The fifth is false.
      double[] pValues = new double[5];
      Arrays.setAll(pValues, index -> index == 4 ? 1e-9 : simulation.uniform());
      double[] adjusted = Holm.adjust(pValues);
      refused += Arrays.stream(adjusted, 0, 4).anyMatch(value -> value <= 0.05) ? 1 : 0;
    }

    // 1 - (1 - 0.05 / 4)^4 = 0.0491
    assertThat((double) refused / rounds).isCloseTo(0.0491, within(0.005));
  }
}
