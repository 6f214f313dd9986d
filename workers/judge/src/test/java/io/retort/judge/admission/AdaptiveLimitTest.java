package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {
  @Test
  void startsModeratelyAndNeverExceedsTheLargest() {
    assertThat(new AdaptiveLimit(512).current()).isEqualTo(64);
    assertThat(new AdaptiveLimit(2).current()).isEqualTo(2);
  }

  @Test
  void reachesTheLargestWithinSomeHundredAnswersOfAHealthyEndpoint() {
    AdaptiveLimit limit = new AdaptiveLimit(512);

    for (int answers = 0; answers < 448; answers++) {
      limit.succeeded(0, 200_000_000, limit.current());
    }

    assertThat(limit.current()).isEqualTo(512);
    limit.succeeded(0, 200_000_000, 512);
    assertThat(limit.current()).isEqualTo(512);
  }

  @Test
  void doesNotGrowWhileItIsNotUsed() {
    AdaptiveLimit limit = new AdaptiveLimit(512);

    for (int answers = 0; answers < 1_000; answers++) {
      limit.succeeded(0, 200_000_000, 3);
    }

    assertThat(limit.current()).isEqualTo(64);
  }

  @Test
  void aSlowAnswerIsNotAFailure() {
    AdaptiveLimit limit = new AdaptiveLimit(512);

    limit.succeeded(0, 600_000_000_000L, 64);

    assertThat(limit.current()).isEqualTo(65);
  }

  @Test
  void failuresOfOneBurstDecreaseOnce() {
    AdaptiveLimit limit = new AdaptiveLimit(512);

    for (int failures = 0; failures < 64; failures++) {
      limit.failed(100, 200 + failures, 64);
    }
    assertThat(limit.current()).isEqualTo(48);

    limit.failed(201, 300, 48);
    assertThat(limit.current()).isEqualTo(36);
  }

  @Test
  void oneCallIsAlwaysAllowed() {
    AdaptiveLimit limit = new AdaptiveLimit(512);

    for (long time = 0; time < 100; time++) {
      limit.failed(10 * time, 10 * time + 1, 1);
    }

    assertThat(limit.current()).isEqualTo(1);
  }
}
