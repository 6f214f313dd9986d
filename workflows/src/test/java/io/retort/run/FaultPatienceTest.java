package io.retort.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FaultPatienceTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void delaysDoubleToTenMinutes() {
    FaultPatience patience = new FaultPatience(DAY);

    assertThat(patience.next(0)).contains(Duration.ofSeconds(30));
    assertThat(patience.next(60_000)).contains(Duration.ofMinutes(1));
    for (int fault = 0; fault < 5; fault++) {
      assertThat(patience.next(120_000)).isPresent();
    }
    assertThat(patience.next(180_000)).contains(Duration.ofMinutes(10));
  }

  @Test
  void endsWithThePatience() {
    FaultPatience patience = new FaultPatience(Duration.ofMinutes(10));

    assertThat(patience.next(0)).isPresent();
    assertThat(patience.next(Duration.ofMinutes(10).toMillis())).isEmpty();
  }

  @Test
  void whatWentWellForLongEndsTheTrouble() {
    FaultPatience patience = new FaultPatience(DAY);

    assertThat(patience.next(0)).isPresent();
    assertThat(patience.next(Duration.ofHours(25).toMillis())).contains(Duration.ofSeconds(30));
  }
}
