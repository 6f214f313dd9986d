package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CronExpressionTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0 2 * * 1-5",
        "*/15 0-23/2 1,15 JAN-mar sun",
        "59 23 31 12 7",
        "5  4\t* * *",
        "0 0 * * mon,wed,fri"
      })
  void takesWhatCrontabTakes(String text) {
    assertThat(CronExpression.problem(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 * ",
        "* * * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "1,,2 * * * *",
        "@daily",
        "CRON_TZ=UTC 0 0 * * *",
        "x * * * *",
        "-1 * * * *",
        "* * * foo *",
        "99999999999 * * * *"
      })
  void refusesEverythingElse(String text) {
    assertThat(CronExpression.problem(text)).isPresent();
  }

  @Test
  void aDayMatchesByMonthOrByWeekWhereBothAreRestricted() {
    assertThat(CronExpression.of("0 2 1 * 1").conjunctions())
        .containsExactly("0 2 1 * *", "0 2 * * 1");
    assertThat(CronExpression.of("0 2 * * 1").conjunctions()).containsExactly("0 2 * * 1");
    assertThat(CronExpression.of("0 2 */2 * 1").conjunctions()).containsExactly("0 2 */2 * 1");
  }

  @ParameterizedTest
  @CsvSource({
    "'0 2 * * 1-5', Europe/Berlin, 2026-11-28T00:00:00Z, 2026-11-30T01:00:00Z",
    "'*/15 * * * *', UTC, 2026-11-30T09:15:00Z, 2026-11-30T09:30:00Z",
    "'59 23 31 dec *', UTC, 2026-12-31T23:59:00Z, 2027-12-31T23:59:00Z",
    "'0 0 1 * 1', UTC, 2026-12-01T00:00:00Z, 2026-12-07T00:00:00Z",
    "'0 0 */2 * 1', UTC, 2026-12-01T00:00:00Z, 2026-12-07T00:00:00Z",
    "'0 0 * * 0', UTC, 2026-11-30T00:00:00Z, 2026-12-06T00:00:00Z",
    "'0 0 * * 7', UTC, 2026-11-30T00:00:00Z, 2026-12-06T00:00:00Z",
    "'0 0 29 2 *', UTC, 2096-03-01T00:00:00Z, 2104-02-29T00:00:00Z",
    // The clock is put forward from 2:00 to 3:00, and back from 3:00 to 2:00.
    "'30 2 * * *', Europe/Berlin, 2027-03-27T12:00:00Z, 2027-03-29T00:30:00Z",
    "'30 2 * * *', Europe/Berlin, 2026-10-24T12:00:00Z, 2026-10-25T00:30:00Z",
    "'0,30 2 * * *', Europe/Berlin, 2026-10-25T00:00:00Z, 2026-10-25T00:30:00Z",
    "'0,30 2 * * *', Europe/Berlin, 2026-10-25T00:30:00Z, 2026-10-25T01:00:00Z"
  })
  void findsTheNextTime(String text, String zone, String after, String next) {
    assertThat(CronExpression.of(text).next(Instant.parse(after), ZoneId.of(zone)))
        .contains(Instant.parse(next));
  }

  @Test
  void aDayThatNeverComesHasNoTime() {
    assertThat(CronExpression.of("0 0 30 2 *").next(Instant.EPOCH, ZoneOffset.UTC)).isEmpty();
  }
}
