package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FastAnswerCheckerTest {
  private final AnswerChecker checker = new FastAnswerChecker();

  @Test
  void manyWordsAreComparedWithoutRecursion() {
    String words = "so ".repeat(100_000);

    assertThat(checker.compare(GoldAnswer.math(words), words.toUpperCase(Locale.ROOT)).join())
        .extracting(AnswerCheck::verdict)
        .isEqualTo(AnswerVerdict.CORRECT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "72|It is 72 clips.|CORRECT",
        "72|48 + 24 is 72, which is more than 70|CORRECT",
        "70|48 + 24 is 72, which is more than 70|WRONG",
        "72|The answer is $72.00.|CORRECT",
        "72|The answer is 48 + 24 = 72 clips|UNDECIDED",
        "72|The answer is 48 + 24|UNDECIDED",
        "0.75|\\boxed{3/4}|UNDECIDED",
        "72|I do not know|UNKNOWN",
        "B|The answer is (B) because it is.|CORRECT",
        "B|The answer is A.|WRONG",
        "A|A train leaves|UNKNOWN",
        "A|A|CORRECT",
        "\\frac{1}{2}|so \\boxed{\\dfrac{1}{2}}|CORRECT",
        "\\frac{1}{2}|so \\boxed{0.5}|UNDECIDED",
        "5|The answer is 3 or 5|UNDECIDED",
        "30|They meet at 10:30|UNKNOWN",
        "31/2|The answer is 3 1/2|UNDECIDED",
        "Paris|The answer is paris.|CORRECT",
      })
  void verdicts(String gold, String text, AnswerVerdict expected) {
    AnswerCheck check = checker.check(GoldAnswer.math(gold), text).join();

    assertThat(check.verdict()).as("%s against %s: %s", text, gold, check).isEqualTo(expected);
    if (expected != AnswerVerdict.CORRECT) {
      assertThat(check.reason()).isNotEmpty();
    }
  }
}
