package io.retort.activity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ActivityPoliciesTest {
  @Test
  void backoffIsThatOfTheRetryPolicy() {
    assertThat(ActivityPolicies.backoff(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(ActivityPolicies.backoff(4)).isEqualTo(Duration.ofSeconds(8));
    assertThat(ActivityPolicies.backoff(7)).isEqualTo(Duration.ofMinutes(1));
    assertThat(ActivityPolicies.backoff(Integer.MAX_VALUE)).isEqualTo(Duration.ofMinutes(1));
  }
}
