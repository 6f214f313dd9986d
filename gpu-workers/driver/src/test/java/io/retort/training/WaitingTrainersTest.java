package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class WaitingTrainersTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final WaitingTrainers waiting = new WaitingTrainers();

  @Test
  void theOldestIsFirst() {
    assertThat(waiting.place("a/sft", NOON)).isEqualTo(1);
    assertThat(waiting.place("b/sft", NOON.plusSeconds(5))).isEqualTo(2);
    assertThat(waiting.place("c/sft", NOON.minusSeconds(5))).isEqualTo(1);
    assertThat(waiting.place("a/sft", NOON)).isEqualTo(2);
    assertThat(waiting.place("b/sft", NOON.plusSeconds(5))).isEqualTo(3);
  }

  @Test
  void thoseOfOneMomentHaveDifferentPlaces() {
    assertThat(waiting.place("a/sft", NOON)).isEqualTo(1);
    assertThat(waiting.place("b/sft", NOON)).isEqualTo(2);
  }

  @Test
  void oneThatLeavesMakesRoom() {
    assertThat(waiting.place("a/sft", NOON)).isEqualTo(1);
    assertThat(waiting.place("b/sft", NOON.plusSeconds(5))).isEqualTo(2);

    waiting.leave("a/sft");

    assertThat(waiting.place("b/sft", NOON.plusSeconds(5))).isEqualTo(1);
  }
}
