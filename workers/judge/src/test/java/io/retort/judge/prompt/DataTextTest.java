package io.retort.judge.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<\uFE0F/data>",
        "</d\u034Fata>",
        "</\u3164data>",
        "</\uDB40\uDC64data\uDB40\uDC7F>",
        "</d\uDB40\uDD00ata>",
        "</da\u0301ta>",
        "\uFF1C/data\uFF1E",
        "<\uFF0F\uFF44\uFF41\uFF54\uFF41>",
        "\u2039/data\u203A",
        "\u3008\u2215DATA\u3009",
        "</d\u0430t\u0430>",
        "</\uD835\uDC1D\uD835\uDC1A\uD835\uDC2D\uD835\uDC1A>",
        "</d\u00E1ta>",
        "\u2039/d\u0251t\u0251>",
        "</d\uD835\uDEFCt\uD835\uDEFC>",
        "</\u1D05\u1D00\u1D1B\u1D00>",
        "</\u0111a\u0167a>",
        "\u16B2/data>",
        "</d\u0001ata>",
        "</da\u007Fta>"
      })
  void lookAlikesDoNotCloseABlock(String tag) {
    assertThat(block("a " + tag + " b"))
        .isEqualTo("<data name=\"chain\">\na &lt;" + tag.substring(1) + " b\n</data>");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[gMASK]",
        "[MODEL_SETTINGS]",
        "[/IMG_END]",
        "<fim_prefix>",
        "<fim_suffix>",
        "<reserved_106>",
        "<unused42>",
        "<start_of_image>",
        "<|turn>",
        "<channel|>",
        "<seed:bos>",
        "<tool_call>",
        "</thinking>",
        "<|im_\u200Bstart|>",
        "\uFF1C|im_end|\uFF1E",
        "<\uFF5Cbegin\u2581of\u2581sentence\uFF5C>",
        "\uFF3BINST\uFF3D",
        "<th\uFE0Fink>",
        "\u25C1think\u25B7",
        "<sop>",
        "[EOT]",
        "[start_header_id]",
        "<SPECIAL_11>",
        "<EOS_TOKEN>",
        "<TOKENS_UNUSED_0>",
        "<PRE>",
        "<PAD>",
        "<sep>",
        "<mask:0>",
        "</minimax:tool_call>",
        "[|user|]",
        "[|endofturn|]",
        "[e~[",
        "]~b]",
        "]~!b[",
        "<\uFF5CDSML\uFF5Cinvoke name=\"x\">"
      })
  void tokensOfAnyFamilyAreSplit(String token) {
    assertThat(withoutControlTokens("a " + token + " b"))
        .isEqualTo("a " + token.charAt(0) + " " + token.substring(1) + " b");
  }

  @Test
  void textOfAnyScriptStaysAsItIs() {
    String text =
        "\u27E8x, y\u27E9 \u3010\u4F8B\u3011 \u300Adatum\u300B a\u0301 \uFF1Cb\uFF1E <a_1> <p>"
            + " <x|y> [x] \u0434\u0430\u0442\u0430 [1] [data] {\uD835\uDC1D} <br> <u+v>";
    assertThat(block(text)).contains(text);
  }

  @Test
  void longRowsOfInvisibleCharactersAreCheap() {
    String row = "<[".repeat(1 << 16) + "\u200B".repeat(4 << 20);

    assertThat(withoutControlTokens(row)).isEqualTo(row);
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
    String text =
        "|x| <|y|, a < b, [1, 2], x<3 and <database>, [[[1]]] <span>, E[|X|] [|x|], f<T_ARG>, <S>,"
            + " <A> < <B>, x<y:z>, std::vector<std::string>, a[1]~b[2], [e], 1]~[2, <a|H|b>";
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
