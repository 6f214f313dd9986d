package io.retort.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
