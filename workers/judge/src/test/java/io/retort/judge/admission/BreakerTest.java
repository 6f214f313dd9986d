package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.judge.configuration.EndpointConfiguration;
import io.retort.judge.time.ManualTimer;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BreakerTest {
  private static final Duration MOMENT = Duration.ofMillis(1);

  private final ManualTimer timer = new ManualTimer();
  private final Breaker breaker =
      new Breaker(EndpointConfiguration.of("a", URI.create("http://127.0.0.1:1"), "m"), timer);

  @Test
  void aFewFailuresDoNotOpenIt() {
    fail(9);

    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.admits()).isTrue();
  }

  @Test
  void failuresAmongMoreAnswersDoNotOpenIt() {
    for (int index = 0; index < 100; index++) {
      answer(2);
      fail(1);
    }

    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void failuresLongAgoDoNotCount() {
    fail(9);
    timer.advance(Duration.ofSeconds(11));
    fail(9);

    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void failuresOpenItUntilATrialIsAnswered() {
    fail(10);
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.admits()).isFalse();
    assertThat(breaker.untilTrial()).isEqualTo(Duration.ofSeconds(10));

    timer.advance(Duration.ofSeconds(4));
    assertThat(breaker.untilTrial()).isEqualTo(Duration.ofSeconds(6));
    timer.advance(Duration.ofSeconds(6));
    timer.advance(MOMENT);

    assertThat(breaker.admits()).isTrue();
    assertThat(breaker.admits()).isFalse();
    assertThat(breaker.untilTrial()).isEqualTo(Duration.ofSeconds(1));
    breaker.succeeded();
    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.admits()).isTrue();
  }

  @Test
  void aFailedTrialOpensItAgain() {
    fail(10);
    timer.advance(Duration.ofSeconds(10).plus(MOMENT));
    assertThat(breaker.admits()).isTrue();

    breaker.failed();

    assertThat(breaker.admits()).isFalse();
    assertThat(breaker.untilTrial()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void aTrialWhoseCallerLeftIsMadeByTheNextCall() {
    fail(10);
    timer.advance(Duration.ofSeconds(10).plus(MOMENT));
    assertThat(breaker.admits()).isTrue();

    breaker.released();

    assertThat(breaker.admits()).isTrue();
  }

  private void fail(int times) {
    for (int index = 0; index < times; index++) {
      assertThat(breaker.admits()).isTrue();
      breaker.failed();
    }
  }

  private void answer(int times) {
    for (int index = 0; index < times; index++) {
      assertThat(breaker.admits()).isTrue();
      breaker.succeeded();
    }
  }
}
