package io.retort.judge.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.judge.chat.ChatMessage;
import io.retort.judge.chat.ChatRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenEstimateTest {
  @Test
  void aQuarterOfTheCharactersAndTheAnswersLimitWithinReason() {
    assertThat(estimate(256)).isEqualTo(100 + 256);
    assertThat(estimate(32_768)).isEqualTo(100 + 1_024);
    assertThat(estimate(0)).isEqualTo(100 + 1_024);
  }

  private static long estimate(int maxTokens) {
    return TokenEstimate.of(
        new ChatRequest(
            List.of(ChatMessage.system("x".repeat(100)), ChatMessage.user("x".repeat(300))),
            0,
            maxTokens,
            0,
            Optional.empty()));
  }
}
