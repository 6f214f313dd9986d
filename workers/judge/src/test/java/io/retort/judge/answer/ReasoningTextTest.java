package io.retort.judge.answer;

import static org.assertj.core.api.Assertions.assertThat;

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
            + "<|constrain|>json<|message|>Nine.",
        "<|START_THINKING|>8?<|END_THINKING|><|START_RESPONSE|>Nine.<|END_RESPONSE|>",
        "<|begin_of_thought|>8?<|end_of_thought|><|begin_of_solution|>Nine.<|end_of_solution|>",
        "8?<|end_thinking|>Nine.",
        "<scratchpad>8?</scratchpad>Nine.",
        "<reflection>8?</reflection>\nNine.",
        "<analysis>\n8?\n</analysis>\nNine.",
        "<chain_of_thought>8?</chain_of_thought>Nine.",
        "<think type=\"long\">8?</think>Nine.",
        "[THINKING]8?[/THINKING]Nine.",
        "8?</think>Nine.<|im_end|>\n<|endoftext|>\n"
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
        "<|channel>thought\nMaybe 8.",
        "<think type=\"long\">Maybe 8.",
        "\t<inner_thoughts>Maybe 8.",
        "<|START_THINKING|>Maybe 8.",
        "<analysis>Maybe 8.",
        "[REASONING]Maybe 8."
      })
  void reasoningWithoutAClosingTagIsDetected(String content) {
    assertThat(ReasoningText.opensIn(ReasoningText.removeFrom(content))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "I think x<3, so [1, 2] <b>holds</b>.\n",
        "<data_analysis>\n<thinker> [analysis]\n<analysis_2> a\n",
        "x\n< analysis of variance >\n",
        "|x| <|y|>\n",
        "<s>3</s> 4"
      })
  void answersWithoutMarksStayAsTheyAre(String text) {
    assertThat(ReasoningText.removeFrom(text)).isEqualTo(text);
    assertThat(ReasoningText.opensIn(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", " ", "</s>", "<|im_end|>\n", "\u00A0"})
  void anAnswerMayEndInALoop(String repeated) {
    String text = "Maybe 8.</think>12" + repeated.repeat(100_000);

    assertThat(ReasoningText.removeFrom(text)).startsWith("12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", " ", "< ", "<think ", "<think a=", "[THINK", "<|channel|> "})
  void longRowsAreCheap(String repeated) {
    String text = "a <b" + repeated.repeat(40_000) + "x";

    assertThat(ReasoningText.opensIn(ReasoningText.removeFrom(text))).isFalse();
  }
}
