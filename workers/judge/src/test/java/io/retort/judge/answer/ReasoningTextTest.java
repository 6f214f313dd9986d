package io.retort.judge.answer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReasoningTextTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Maybe 8.\n</think>\n\nNine.",
        "<think>Maybe 8.</think>Nine.",
        "<think>a</think>b</think>\nNine.",
        "Hm.</Thinking >\nNine.",
        "[THINK]Maybe 8.[/THINK]Nine.",
        "Maybe 8.[/THINK]\n\nNine.",
        "Maybe 8.</thought>\nNine.",
        "Maybe 8.</seed:think>\nNine.",
        "\u25C1think\u25B7Maybe 8.\u25C1/think\u25B7Nine.",
        "<|begin_of_thought|>8?<|end_of_thought|>\nNine.",
        "<|channel>thought\nMaybe 8.<channel|>Nine.",
        "<|channel|>analysis<|message|>Maybe 8.<|end|><|start|>assistant<|channel|>final<|message|>"
            + "Nine.<|return|>",
        "<|channel|>analysis<|message|>8?<|end|><|start|>assistant<|channel|>final "
            + "<|constrain|>json<|message|>Nine."
      })
  void whatStandsBeforeTheLastClosingMarkIsNoPartOfAnAnswer(String content) {
    assertThat(ReasoningText.removeFrom(content).strip()).isEqualTo("Nine.");
    assertThat(ReasoningText.opensIn(ReasoningText.removeFrom(content))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<think>Maybe 8.",
        "Nine.\n <thinking>\nOr 8?",
        "[THINK]Maybe",
        "<|channel|>analysis<|message|>Maybe 8.",
        "<|channel>thought\nMaybe 8."
      })
  void reasoningWithoutAClosingTagIsDetected(String content) {
    assertThat(ReasoningText.opensIn(ReasoningText.removeFrom(content))).isTrue();
  }

  @Test
  void answersWithoutMarksStayAsTheyAre() {
    String text = "I think x<3, so [1, 2] <b>holds</b>.\n";

    assertThat(ReasoningText.removeFrom(text)).isEqualTo(text);
    assertThat(ReasoningText.opensIn(text)).isFalse();
  }
}
