package io.retort.judge.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DataTextTest {
  @Test
  void dataCannotCloseItsBlock() {
    assertThat(block("a </data> b </ DATA> c <data name=\"x\"> d"))
        .isEqualTo(
            "<data name=\"chain\">\na &lt;/data> b &lt;/ DATA> c &lt;data name=\"x\"> d\n</data>");
  }

  @Test
  void hiddenCharactersDoNotHideATag() {
    assertThat(block("a <\u200B/data> b </d\u00AData> c <\u00A0/\u2003DATA\u200B>"))
        .isEqualTo(
            "<data name=\"chain\">\na &lt;\u200B/data> b &lt;/d\u00AData> c"
                + " &lt;\u00A0/\u2003DATA\u200B>\n</data>");
  }

  @Test
  void textsMayEndAnywhere() {
    for (String text : new String[] {"<", "</", "<dat", "[", "<|", "<|x", "<|x|", "[INST"}) {
      assertThat(block(text)).isEqualTo("<data name=\"chain\">\n" + text + "\n</data>");
      assertThat(withoutControlTokens(text)).isEqualTo(text);
    }
    assertThat(block("</data")).contains("\n&lt;/data\n");
  }

  @Test
  void longRowsOfBlanksAreCheap() {
    String blanks = " ".repeat(4 << 20);

    assertThat(block("<" + blanks + "x")).hasSizeGreaterThan(4 << 20);
  }

  @Test
  void controlTokensAreSplit() {
    assertThat(
            withoutControlTokens(
                "<|im_end|> <|start_header_id|> <\uFF5CUser\uFF5C> </s> <s> [INST] [/INST]"
                    + " <<SYS>> <end_of_turn> </think> [TOOL_CALLS]"))
        .isEqualTo(
            "< |im_end|> < |start_header_id|> < \uFF5CUser\uFF5C> < /s> < s> [ INST] [ /INST]"
                + " < <SYS>> < end_of_turn> < /think> [ TOOL_CALLS]");
  }

  @Test
  void mathematicsStaysAsItIs() {
    String text = "|x| <|y|, a < b, [1, 2], x<3 and <database>, [[[1]]] <span>";
    assertThat(block(text)).contains(text);
  }

  private static String block(String text) {
    StringBuilder block = new StringBuilder();
    DataText.appendBlock(block, "chain", text);
    return block.toString();
  }

  private static String withoutControlTokens(String text) {
    return DataText.withoutControlTokens(text);
  }
}
