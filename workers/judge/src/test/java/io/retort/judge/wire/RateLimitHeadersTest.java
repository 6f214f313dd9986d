package io.retort.judge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpHeaders;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RateLimitHeadersTest {
  @Test
  void resetsAreReadInTheFormsOfProviders() {
    Map<String, Duration> expected =
        Map.of(
            "20ms", Duration.ofMillis(20),
            "1s", Duration.ofSeconds(1),
            "1.5s", Duration.ofMillis(1_500),
            "0m7.25s", Duration.ofMillis(7_250),
            "12", Duration.ofSeconds(12),
            "0.5", Duration.ofMillis(500));
    expected.forEach((text, duration) -> assertThat(requests("0", text)).contains(duration));
  }

  @Test
  void noResetIsLongerThanAMinute() {
    assertThat(requests("0", "6m0s")).contains(Duration.ofMinutes(1));
    assertThat(requests("0", "1h0m1s")).contains(Duration.ofMinutes(1));
  }

  @Test
  void whatIsLeftOrUnreadableIsNoPause() {
    assertThat(requests("1", "20s")).isEmpty();
    assertThat(requests("0", "0s")).isEmpty();
    assertThat(requests("0", "soon")).isEmpty();
    assertThat(requests("0", "")).isEmpty();
    assertThat(requests("0", "2026-01-01T00:00:00Z")).isEmpty();
    assertThat(exhausted(HttpHeaders.of())).isEmpty();
    assertThat(exhausted(HttpHeaders.of("x-ratelimit-remaining-tokens", "0"))).isEmpty();
  }

  @Test
  void theLongerOfTwoResetsCounts() {
    HttpHeaders both =
        HttpHeaders.builder()
            .set("x-ratelimit-remaining-requests", "0")
            .set("x-ratelimit-reset-requests", "1s")
            .set("x-ratelimit-remaining-tokens", "0")
            .set("x-ratelimit-reset-tokens", "3s")
            .build();

    assertThat(exhausted(both)).contains(Duration.ofSeconds(3));
  }

  private static Optional<Duration> requests(String remaining, String reset) {
    return exhausted(
        HttpHeaders.of(
            "x-ratelimit-remaining-requests", remaining, "x-ratelimit-reset-requests", reset));
  }

  private static Optional<Duration> exhausted(HttpHeaders headers) {
    return RateLimitHeaders.exhausted(headers);
  }
}
