package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.judge.configuration.RateLimits;
import io.retort.judge.time.ManualTimer;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RateBudgetTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final ManualTimer timer = new ManualTimer();
  private final AtomicInteger workers = new AtomicInteger(1);

  @Test
  void withoutLimitsNothingWaits() {
    RateBudget budget = new RateBudget(RateLimits.none(), timer, workers::get);

    assertThat(budget.isUnlimited()).isTrue();
    assertThat(budget.book(1_000_000, Duration.ZERO)).isZero();
  }

  @Test
  void eachRequestGetsItsOwnMomentInOrder() {
    RateBudget budget = requests(60);

    for (int second = 0; second < 5; second++) {
      assertThat(budget.book(0, LONG)).isEqualTo(Duration.ofSeconds(second));
    }
  }

  @Test
  void afterAPauseASecondsWorthIsSentAtOnce() {
    RateBudget budget = requests(600);
    timer.advance(Duration.ofMinutes(5));

    for (int index = 0; index < 10; index++) {
      assertThat(budget.book(0, LONG)).isZero();
    }
    assertThat(budget.book(0, LONG)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void aMinuteSeesItsLimitAndNoMoreThanASecondsWorthOnTop() {
    RateBudget budget = requests(600);
    timer.advance(Duration.ofMinutes(1));

    int sent = 0;
    while (budget.book(0, Duration.ofMinutes(1)).compareTo(Duration.ofMinutes(1)) < 0) {
      sent++;
    }

    assertThat(sent).isBetween(600, 610);
  }

  @Test
  void aWaitBeyondTheLongestIsReturnedAndNotBooked() {
    RateBudget budget = requests(60);
    budget.book(0, LONG);
    budget.book(0, LONG);

    assertThat(budget.book(0, Duration.ofMillis(1_500))).isEqualTo(Duration.ofSeconds(2));
    assertThat(budget.book(0, LONG)).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void tokensAreBookedByEstimateAndCorrectedByTheAnswer() {
    RateBudget budget = tokens(60_000);
    timer.advance(Duration.ofSeconds(1));

    assertThat(budget.book(3_000, LONG)).isZero();
    assertThat(budget.book(0, Duration.ZERO)).isBetween(seconds(2), Duration.ofMillis(2_001));
    budget.correct(3_000, 1_500);
    assertThat(budget.book(0, Duration.ZERO)).isBetween(millis(500), millis(501));
    budget.correct(1_500, 4_500);
    assertThat(budget.book(0, Duration.ZERO)).isBetween(millis(3_500), millis(3_501));
  }

  @Test
  void aCallLargerThanABurstIsSentAndTheNextOnesPay() {
    RateBudget budget = tokens(600);

    assertThat(budget.book(6_000, LONG)).isZero();
    assertThat(budget.book(1, LONG)).isBetween(seconds(600), seconds(601));
  }

  @Test
  void whatIsNotSentIsGivenBack() {
    RateBudget budget =
        new RateBudget(
            new RateLimits(OptionalLong.of(60), OptionalLong.of(60_000)), timer, workers::get);
    budget.book(0, LONG);
    budget.book(30_000, LONG);

    budget.cancel(30_000);

    assertThat(budget.book(0, LONG)).isEqualTo(seconds(1));
  }

  @Test
  void workersShareTheLimits() {
    RateBudget budget = requests(60);
    budget.book(0, LONG);
    workers.set(4);

    assertThat(budget.book(0, LONG)).isEqualTo(seconds(4));
    workers.set(1);
    assertThat(budget.book(0, LONG)).isEqualTo(seconds(2));
  }

  private RateBudget requests(long perMinute) {
    return new RateBudget(
        new RateLimits(OptionalLong.of(perMinute), OptionalLong.empty()), timer, workers::get);
  }

  private RateBudget tokens(long perMinute) {
    return new RateBudget(
        new RateLimits(OptionalLong.empty(), OptionalLong.of(perMinute)), timer, workers::get);
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }
}
