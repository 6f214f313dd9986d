package io.retort.release.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TicksTest {
  @Test
  void takesRoundValuesAroundTheRange() {
    Ticks ticks = Ticks.covering(0.36, 1.16, 5);

    assertThat(ticks.values().stream().map(ticks::label))
        .containsExactly("0.2", "0.4", "0.6", "0.8", "1.0", "1.2");
    assertThat(Ticks.covering(0, 12, 6).values()).containsExactly(0.0, 5.0, 10.0, 15.0);
  }

  @Test
  void coversEveryRangeWithFewTicks() {
    Random random = new Random(11);
    for (int round = 0; round < 1_000; round++) {
      double from = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(8) - 4);
      double to = from + random.nextDouble() * Math.pow(10, random.nextInt(8) - 4);

      Ticks ticks = Ticks.covering(from, to, 5);

      assertThat(ticks.values()).as("from %s to %s", from, to).hasSizeBetween(2, 12);
      assertThat(ticks.position(from)).as("from %s to %s", from, to).isBetween(-1e-6, 1 + 1e-6);
      assertThat(ticks.position(to)).as("from %s to %s", from, to).isBetween(-1e-6, 1 + 1e-6);
    }
  }

  @Test
  void coversASingleValue() {
    assertThat(Ticks.covering(0.69, 0.69, 5).values()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(Ticks.covering(0, 0, 5).values()).hasSizeGreaterThanOrEqualTo(2);
  }
}
