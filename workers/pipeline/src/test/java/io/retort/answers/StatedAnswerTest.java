package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StatedAnswerTest {
  @Test
  void lastBoxWins() {
    assertThat(StatedAnswer.find("\\boxed{1} then the answer is 3, so \\boxed{\\frac{1}{2}}."))
        .contains("\\frac{1}{2}");
    assertThat(StatedAnswer.find("\\framebox{204} minutes")).contains("204");
  }

  @Test
  void lastConclusionWins() {
    assertThat(StatedAnswer.find("The answer is 3.\n#### 72")).contains("72");
    assertThat(StatedAnswer.find("#### 72\nNo, the answer is 73.")).contains("73");
    assertThat(StatedAnswer.find("<think>\\boxed{1}</think>Nothing.")).isEmpty();
    assertThat(
            StatedAnswer.find("The answer is 3. Wait. The final answer is: **4.5** apples. Done."))
        .contains("4.5 apples");
    assertThat(StatedAnswer.find("Answer: 72")).contains("72");
    assertThat(StatedAnswer.find("{\"answer\": \"72\"}")).contains("72");
  }

  @Test
  void nothingIsStated() {
    assertThat(StatedAnswer.find("48 + 24 = 72")).isEmpty();
    assertThat(StatedAnswer.find("\\boxed{")).isEmpty();
    assertThat(StatedAnswer.find("\\boxed{}")).isEmpty();
  }

  @Test
  void hostileTextIsReadInLinearTime() {
    String braces = "\\boxed{".repeat(20_000);
    String words = "answer is ".repeat(50_000);

    assertThat(StatedAnswer.find(braces)).isEmpty();
    assertThat(StatedAnswer.find(words)).isNotEmpty();
  }
}
