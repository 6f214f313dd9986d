package io.retort.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.failure.Failures;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryHintTest {
  @ParameterizedTest
  @ValueSource(ints = {4, 5, 10})
  void hintThatIsShorterThanTheBackoffDoesNotShortenIt(int attempt) {
    assertThat(failure(attempt, Duration.ofSeconds(8)).getNextRetryDelay()).isNull();
  }

  @Test
  void longerHintCounts() {
    assertThat(failure(3, Duration.ofSeconds(8)).getNextRetryDelay())
        .isEqualTo(Duration.ofSeconds(8));
    assertThat(failure(10, Duration.ofHours(1)).getNextRetryDelay()).isEqualTo(Duration.ofHours(1));
  }

  private static ApplicationFailure failure(int attempt, Duration hint) {
    ApplicationFailure failure = Failures.platform("RATE_LIMITED", "slow down", null);
    failure.setNextRetryDelay(hint);
    return RowStageActivitiesImpl.withoutShortHint(failure, attempt);
  }
}
