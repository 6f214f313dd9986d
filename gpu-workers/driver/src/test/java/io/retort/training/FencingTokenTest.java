package io.retort.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

final class FencingTokenTest {
  private static final long NOW = Instant.parse("2026-01-02T03:04:05Z").toEpochMilli();

  @Test
  void growsWithEveryAttempt() {
    assertThat(FencingToken.of(NOW, 2)).isGreaterThan(FencingToken.of(NOW, 1));
    assertThat(FencingToken.of(NOW + 1, 2)).isGreaterThan(FencingToken.of(NOW, 1));
  }

  @Test
  void growsWhenAResetStartsAttemptsAnew() {
    assertThat(FencingToken.of(NOW + 1, 1)).isGreaterThan(FencingToken.of(NOW, 5000));
  }

  @Test
  void isExactInJson() {
    long token = FencingToken.of(Instant.parse("2200-01-01T00:00:00Z").toEpochMilli(), 1023);

    assertThat(token).isLessThan(1L << 53);
  }
}
