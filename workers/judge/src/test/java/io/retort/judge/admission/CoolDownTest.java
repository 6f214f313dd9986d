package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.judge.time.ManualTimer;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CoolDownTest {
  private final ManualTimer timer = new ManualTimer();
  private final CoolDown coolDown = new CoolDown(timer, () -> 0.5);

  @Test
  void thereIsNoneBeforeTheFirstLimit() {
    assertThat(coolDown.remaining()).isZero();
  }

  @Test
  void backoffDoublesUpToAMinute() {
    long[] expected = {1, 2, 4, 8, 16, 32, 60, 60};
    for (long seconds : expected) {
      assertThat(coolDown.limited(timer.nanoTime(), Optional.empty())).isTrue();
      assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(seconds));
      timer.advance(Duration.ofSeconds(seconds));
      assertThat(coolDown.remaining()).isZero();
    }
  }

  @Test
  void aBurstOfLimitsIsOneStep() {
    long sentAt = timer.nanoTime();
    timer.advance(Duration.ofMillis(10));

    assertThat(coolDown.limited(sentAt, Optional.empty())).isTrue();
    for (int index = 0; index < 500; index++) {
      assertThat(coolDown.limited(sentAt, Optional.empty())).isFalse();
    }

    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void theLongestRetryAfterOfABurstCounts() {
    long sentAt = timer.nanoTime();
    timer.advance(Duration.ofMillis(10));

    coolDown.limited(sentAt, Optional.of(Duration.ofSeconds(5)));
    coolDown.limited(sentAt, Optional.of(Duration.ofSeconds(9)));
    coolDown.limited(sentAt, Optional.of(Duration.ofSeconds(2)));

    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void anAnswerResetsTheBackoff() {
    coolDown.limited(timer.nanoTime(), Optional.empty());
    timer.advance(Duration.ofSeconds(1));
    coolDown.limited(timer.nanoTime(), Optional.empty());
    timer.advance(Duration.ofSeconds(2));

    coolDown.passed(timer.nanoTime());
    coolDown.limited(timer.nanoTime(), Optional.empty());

    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void anAnswerToAnEarlierCallResetsNothing() {
    long early = timer.nanoTime();
    timer.advance(Duration.ofMillis(1));
    coolDown.limited(timer.nanoTime(), Optional.empty());
    timer.advance(Duration.ofSeconds(1));

    coolDown.passed(early);
    coolDown.limited(timer.nanoTime(), Optional.empty());

    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void jitterIsATenthWithinBounds() {
    coolDown.limited(timer.nanoTime(), Optional.of(Duration.ofSeconds(10)));
    assertThat(coolDown.remainingWithJitter()).isEqualTo(Duration.ofMillis(10_500));

    CoolDown longer = new CoolDown(timer, () -> 0.5);
    longer.limited(timer.nanoTime(), Optional.of(Duration.ofHours(1)));
    assertThat(longer.remainingWithJitter()).isEqualTo(Duration.ofHours(1).plusSeconds(1));

    CoolDown shorter = new CoolDown(timer, () -> 0.5);
    shorter.limited(timer.nanoTime(), Optional.of(Duration.ofMillis(10)));
    assertThat(shorter.remainingWithJitter()).isEqualTo(Duration.ofMillis(35));
  }

  @Test
  void aReportedCoolDownIsAStepOfTheBackoff() {
    coolDown.shared(Duration.ofSeconds(4));

    assertThat(coolDown.isOn()).isTrue();
    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(4));
    timer.advance(Duration.ofSeconds(4));
    assertThat(coolDown.isOn()).isFalse();
    coolDown.limited(timer.nanoTime(), Optional.empty());
    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void aCoolDownReportedDuringAnotherOneOnlyExtendsIt() {
    coolDown.limited(timer.nanoTime(), Optional.of(Duration.ofSeconds(3)));

    coolDown.shared(Duration.ofSeconds(2));
    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(3));
    coolDown.shared(Duration.ofSeconds(5));
    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void callsInFlightWhenACoolDownIsReportedBelongToTheBurst() {
    long sentAt = timer.nanoTime();
    timer.advance(Duration.ofMillis(10));
    coolDown.shared(Duration.ofSeconds(1));

    assertThat(coolDown.limited(sentAt, Optional.empty())).isFalse();
    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void aPauseIsNoStepOfTheBackoff() {
    coolDown.pause(Duration.ofSeconds(7));
    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(7));
    timer.advance(Duration.ofSeconds(7));

    coolDown.limited(timer.nanoTime(), Optional.empty());

    assertThat(coolDown.remaining()).isEqualTo(Duration.ofSeconds(1));
  }
}
