package io.retort.judge.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void secondsFractionsMillisecondsAndDatesAreRead() {
    assertThat(read("retry-after", "7")).contains(Duration.ofSeconds(7));
    assertThat(read("retry-after", "0.25")).contains(Duration.ofMillis(250));
    assertThat(read("retry-after-ms", "1500")).contains(Duration.ofMillis(1500));
    assertThat(read("retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"))
        .contains(Duration.ofSeconds(30));
  }

  @Test
  void datesOfTheOldFormsAreRead() {
    assertThat(read("retry-after", "Thursday, 01-Jan-26 00:00:30 GMT"))
        .contains(Duration.ofSeconds(30));
    assertThat(read("retry-after", "Thu Jan  1 00:00:30 2026")).contains(Duration.ofSeconds(30));
    assertThat(read("retry-after", "Thu Jan 1 00:01:00 2026")).contains(Duration.ofMinutes(1));
    assertThat(read("retry-after", "Thu, 1 Jan 2026 01:00:30 +0100"))
        .contains(Duration.ofSeconds(30));
    assertThat(read("retry-after", "Thu, 01-Jan-2026 00:00:30 GMT"))
        .contains(Duration.ofSeconds(30));
    assertThat(read("retry-after", "Thu, 01 Jan 2026 00:00:30 UTC"))
        .contains(Duration.ofSeconds(30));
    assertThat(read("retry-after", "Mon, 01 Jan 2026 00:00:30 GMT"))
        .contains(Duration.ofSeconds(30));
    assertThat(read("retry-after", "Thu, 31 Dec 2025 23:00:30 -0100"))
        .contains(Duration.ofSeconds(30));
    assertThat(read("retry-after", "Someday, 01 Jan 2026 00:00:30 GMT")).isEmpty();
    assertThat(read("retry-after", "Sunday, 06-Nov-94 08:49:37 GMT")).isEmpty();
    assertThat(read("retry-after", "Thu Jan  1 00:00:30")).isEmpty();
  }

  @Test
  void whatDoesNotLieAheadIsNone() {
    for (String value : new String[] {"0", "-3", "soon", "NaN", "Infinity", ""}) {
      assertThat(read("retry-after", value)).as(value).isEmpty();
    }
    assertThat(read("retry-after", "Wed, 31 Dec 2025 23:59:59 GMT")).isEmpty();
    assertThat(RetryAfter.read(HttpHeaders.of(), NOW)).isEmpty();
  }

  @Test
  void noDelayIsLongerThanADay() {
    assertThat(read("retry-after", "1e30")).contains(Duration.ofDays(1));
    assertThat(read("retry-after", "Fri, 01 Jan 2027 00:00:00 GMT")).contains(Duration.ofDays(1));
  }

  private static Optional<Duration> read(String name, String value) {
    return RetryAfter.read(HttpHeaders.of(name, value), NOW);
  }
}
