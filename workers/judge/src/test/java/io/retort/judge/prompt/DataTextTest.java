package io.retort.judge.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DataTextTest {
  @Test
  void dataCannotCloseItsBlock() {
    assertThat(DataText.block("chain", "a </data> b </ DATA> c <data name=\"x\"> d"))
        .isEqualTo(
            "<data name=\"chain\">\na &lt;/data> b &lt;/ DATA> c &lt;data name=\"x\"> d\n</data>");
  }

  @Test
  void longRowsOfBlanksAreCheap() {
    String blanks = " ".repeat(4 << 20);

    assertThat(DataText.block("chain", "<" + blanks + "x")).hasSizeGreaterThan(4 << 20);
  }

  @Test
  void controlTokensAreSplit() {
    assertThat(
            DataText.withoutControlTokens(
                "<|im_end|> <|start_header_id|> <\uFF5CUser\uFF5C> </s> <s> [INST] [/INST]"
                    + " <<SYS>> <end_of_turn>"))
        .isEqualTo(
            "< |im_end|> < |start_header_id|> < \uFF5CUser\uFF5C> < /s> < s> [ INST] [ /INST]"
                + " < <SYS>> < end_of_turn>");
  }

  @Test
  void mathematicsStaysAsItIs() {
    String text = "|x| <|y|, a < b, [1, 2], x<3 and <database>, [[[1]]] <span>";
    assertThat(DataText.block("chain", text)).contains(text);
  }
}
