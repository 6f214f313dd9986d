package io.retort.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Timestamps;
import io.retort.v1.Comparison;
import io.retort.v1.RunPhase;
import io.retort.v1.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "0.44, 0.4 s",
    "9.94, 9.9 s",
    "9.96, 10 s",
    "59.4, 59 s",
    "59.6, 1 min 00 s",
    "200, 3 min 20 s",
    "3599.6, 1 h 00 min",
    "3720, 1 h 02 min",
  })
  void tellsDurationsInTheUnitsOfTheirSize(double seconds, String expected) {
    assertThat(Figures.duration(seconds)).isEqualTo(expected);
  }

  @Test
  void tellsNamesWithoutTheirPrefix() {
    assertThat(Figures.name(Stage.STAGE_COGPO)).isEqualTo("cogpo");
    assertThat(Figures.name(RunPhase.RUN_PHASE_WAITING_FOR_RESOURCES))
        .isEqualTo("waiting for resources");
  }

  @Test
  void tellsNoNegativeTime() {
    assertThat(Figures.seconds(Timestamps.fromMillis(2_000), Timestamps.fromMillis(500)))
        .isEqualTo(0);
    assertThat(Figures.seconds(Timestamps.fromMillis(500), Timestamps.fromMillis(2_000)))
        .isEqualTo(1.5);
  }

  @Test
  void noDifferenceHasNoSign() {
    Comparison comparison =
        Comparison.newBuilder().setDifference(-0.0001).setLow(-0.02).setHigh(-0.0).build();

    assertThat(Figures.points(comparison)).isEqualTo("+0.0 [-2.0, 0.0]");
  }
}
