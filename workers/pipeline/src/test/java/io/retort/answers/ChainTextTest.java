package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ChainTextTest {
  @Test
  void canonicalChain() {
    assertThat(
            ChainText.canonical(
                "<think>\n48/2 = <<48/2=24>>24  \n\nSo 72.\n#### 72\n</think>",
                GoldAnswer.math("72")))
        .isEqualTo("48/2 = 24\n\nSo 72.");
    assertThat(
            ChainText.canonical(
                "a\nTherefore, the final answer is \\boxed{72}.", GoldAnswer.math("72")))
        .isEqualTo("a");
    assertThat(ChainText.canonical("a\nThe answer is 24 + 48 = 72 clips.", GoldAnswer.math("72")))
        .isEqualTo("a");
    for (String other : List.of("72%", "72 \\pi", "72 or 73", "72/5", "10:72")) {
      String chain = "a\nThe answer is " + other;
      assertThat(ChainText.canonical(chain, GoldAnswer.math("72"))).isEqualTo(chain);
    }
    assertThat(ChainText.canonical("a\nThe answer is 73.", GoldAnswer.math("72")))
        .as("another answer than the gold one stays")
        .isEqualTo("a\nThe answer is 73.");
    assertThat(ChainText.canonical("a\nSo he sold 72 clips.", GoldAnswer.math("72")))
        .as("a step, not an answer line")
        .isEqualTo("a\nSo he sold 72 clips.");
  }

  @Test
  void chainOfManyLinesIsReadInLinearTime() {
    String chain = "a line of a chain  \n".repeat(200_000);

    assertThat(ChainText.canonical(chain, GoldAnswer.math("72")).lines()).hasSize(200_000);
  }

  @Test
  void marksOfThoughtsAreNoPartOfAChain() {
    assertThat(ChainText.canonical("[THINK]a[/THINK]", GoldAnswer.math("1"))).isEqualTo("a");
    assertThat(ChainText.canonical("<thinking>a</thinking>", GoldAnswer.math("1"))).isEqualTo("a");
  }

  @Test
  void steps() {
    assertThat(ChainText.steps("One. Two is 2.5!\n\nThree"))
        .extracting(ChainText.Step::text)
        .containsExactly("One.", "Two is 2.5!", "Three");
  }

  @Test
  void chainIsCutWhereItsAnswerIsFirstComputed() {
    assertThat(
            ChainText.withoutAnswer(
                "48/2 = 24.\n48+24 = $72.\nCheck: 72-24 = 48. So 72.", GoldAnswer.math("72")))
        .isEqualTo("48/2 = 24.\n48+24 =");
  }

  @Test
  void lastStepThatNamesTheAnswerIsDropped() {
    assertThat(
            ChainText.withoutAnswer(
                "He has 72 coins. Nothing changes. So 72 remain. Done.", GoldAnswer.math("72")))
        .isEqualTo("He has 72 coins. Nothing changes.");
    assertThat(
            ChainText.withoutAnswer(
                "Look at x.\nHence \\frac{1}{2}", GoldAnswer.math("\\frac{1}{2}")))
        .isEqualTo("Look at x.");
  }

  @Test
  void statementOfAnotherAnswerIsDropped() {
    assertThat(ChainText.withoutAnswer("Think.\nThe answer is four.", GoldAnswer.math("4")))
        .isEqualTo("Think.");
    assertThat(ChainText.withoutAnswer("Think of it.", GoldAnswer.math("4")))
        .isEqualTo("Think of it.");
  }

  @Test
  void chainThatIsOnlyItsAnswerLeavesNothing() {
    assertThat(ChainText.withoutAnswer("= 72", GoldAnswer.math("72"))).isEqualTo("=");
    assertThat(ChainText.withoutAnswer("72", GoldAnswer.math("72"))).isEmpty();
  }
}
