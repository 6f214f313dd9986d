package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

final class WrittenNumbersTest {
  @Test
  void wholeTexts() {
    assertThat(WrittenNumbers.parse(" $1,080. ")).contains(new BigDecimal("1080"));
    assertThat(WrittenNumbers.parse("-3.5%")).contains(new BigDecimal("-3.5"));
    assertThat(WrittenNumbers.parse("3/4")).contains(new BigDecimal("0.75"));
    assertThat(WrittenNumbers.parse(".25")).contains(new BigDecimal(".25"));
    assertThat(WrittenNumbers.parse("3 apples")).isEmpty();
    assertThat(WrittenNumbers.parse("1/0")).isEmpty();
    assertThat(WrittenNumbers.parse("9".repeat(1_000_000)))
        .as("no number that people write")
        .isEmpty();
  }

  @Test
  void numbersInText() {
    assertThat(WrittenNumbers.tokens("On the 2nd day, 48-24 = $1,080.50 (x2), 1,2 and -7."))
        .extracting(token -> token.value().toPlainString())
        .containsExactly("48", "24", "1080.50", "1", "2", "-7");
  }

  @Test
  void timesAndPowersAreOtherNumbers() {
    assertThat(WrittenNumbers.tokens("at 10:30, 1e5 or 1.5E-3; a ratio of 3:4"))
        .extracting(token -> token.value().toPlainString())
        .isEmpty();
  }

  @Test
  void smallNumbersAreNotTheSame() {
    assertThat(WrittenNumbers.same(new BigDecimal("1e-10"), new BigDecimal("2e-10"))).isFalse();
    assertThat(WrittenNumbers.same(new BigDecimal("1e-10"), BigDecimal.ZERO)).isFalse();
  }

  @Test
  void tokenBeginsAtItsDigits() {
    assertThat(WrittenNumbers.tokens("= $72").get(0).start()).isEqualTo(3);
    assertThat(WrittenNumbers.tokens("= -72").get(0).start()).isEqualTo(2);
  }

  @Test
  void sameUpToRounding() {
    assertThat(WrittenNumbers.same(new BigDecimal("2.50"), new BigDecimal("2.5"))).isTrue();
    assertThat(
            WrittenNumbers.same(new BigDecimal("0.33333333333"), new BigDecimal("0.333333333333")))
        .isTrue();
    assertThat(WrittenNumbers.same(new BigDecimal("72"), new BigDecimal("73"))).isFalse();
  }

  @Test
  void onlyNumbersOfAThousandDigitsAreWrittenOut() {
    assertThat(WrittenNumbers.plain(new BigDecimal("1.5e6"))).contains("1500000");
    assertThat(WrittenNumbers.plain(new BigDecimal("1e999")))
        .hasValueSatisfying(text -> assertThat(text).hasSize(1_000));
    for (String huge : new String[] {"1e1000", "1e-1001", "3e999999999", "-3e-999999999"}) {
      assertThat(WrittenNumbers.plain(new BigDecimal(huge))).as(huge).isEmpty();
    }
  }

  @Test
  void numbersThatNoMemoryHoldsAreFarApart() {
    BigDecimal huge = new BigDecimal("1e999999999");
    BigDecimal tiny = new BigDecimal("1e-999999999");
    assertThat(WrittenNumbers.same(huge, BigDecimal.ONE)).isFalse();
    assertThat(WrittenNumbers.same(BigDecimal.ONE, tiny)).isFalse();
    assertThat(WrittenNumbers.same(huge, tiny)).isFalse();
    assertThat(WrittenNumbers.same(huge, new BigDecimal("10e999999998"))).isTrue();
  }
}
