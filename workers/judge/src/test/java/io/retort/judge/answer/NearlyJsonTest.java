package io.retort.judge.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.FailureType;
import io.retort.v1.Difficulty;
import io.retort.v1.Usage;
import io.retort.v1.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single quotes replace double ones in the inputs. */
class NearlyJsonTest {
  private static final String OBJECT = "{'critique': 'It wanders.', 'difficulty': 'HARD'}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        OBJECT,
        "```json\n" + OBJECT + "\n```",
        "```JSON\n" + OBJECT + "\n```",
        "```\n" + OBJECT + "```",
        "```json\n" + OBJECT,
        "``` json\n" + OBJECT + "\n```",
        "````json\n" + OBJECT + "\n````",
        "\uFEFF" + OBJECT,
        "<|begin_of_box|>" + OBJECT + "<|end_of_box|>",
        "My verdict:\n" + OBJECT,
        "**Assessment:**\n\n```json\n" + OBJECT + "\n```\n\nLet me know if you need more!",
        OBJECT + "\nI hope this helps.",
        "{'critique': 'It wanders.', 'difficulty': 'HARD',}"
      })
  void fencesAndIdleWordsAreNoHindrance(String content) throws UnusableAnswerException {
    assertThat(verdict(content).getDifficulty()).isEqualTo(Difficulty.DIFFICULTY_HARD);
    assertThat(verdict(content).getCritique()).isEqualTo("It wanders.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        OBJECT + "\nActually, MEDIUM.",
        OBJECT + " Wait.",
        OBJECT + " {}",
        OBJECT + "\n" + OBJECT,
        "[" + OBJECT + "]",
        "`" + OBJECT + "`",
        "``` The row says:\n" + OBJECT + "\n```",
        "For example: " + OBJECT,
        "The row says: " + OBJECT,
        "It is not " + OBJECT,
        "Of 3 points, 2: " + OBJECT,
        OBJECT + "\n\u5176\u5B9E\u5F88\u7B80\u5355",
        "{'critique': 'It wanders.', 'difficulty': 'HARD'"
      })
  void wordsThatMaySayMoreAreRefused(String content) {
    UnusableAnswerException thrown = refused(content);

    assertThat(thrown.type()).isEqualTo(FailureType.UNPARSED);
    assertThat(thrown).hasMessageContaining("one JSON object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\\sqrt{3} is \\(real\\) | \\sqrt{3} is \\(real\\)",
        "\\frac{3}{4}, \\beta, \\binom{4}{2} | \\frac{3}{4}, \\beta, \\binom{4}{2}",
        "2 \\times 3 \\neq \\theta | 2 \\times 3 \\neq \\theta",
        "\\rho \\to \\right) | \\rho \\to \\right)",
        "\\thinspace \\textsf{x} \\texttt{y} | \\thinspace \\textsf{x} \\texttt{y}",
        "\\twoheadrightarrow \\trianglelefteq | \\twoheadrightarrow \\trianglelefteq",
        "\\nleftarrow \\nrightarrow \\nsim | \\nleftarrow \\nrightarrow \\nsim",
        "\\ntriangleleft \\nsubseteqq \\nVdash | \\ntriangleleft \\nsubseteqq \\nVdash",
        "\\underline{x} \\upsilon | \\underline{x} \\upsilon",
        "\\\\frac{3}{4} | \\frac{3}{4}",
        "5\\% of \\$20 | 5\\% of \\$20",
        "It\\'s short | It's short",
        "caf\\u00e9 | caf\u00e9",
        "a\\/b | a/b",
        "{x} and ``` and `y` | {x} and ``` and `y`"
      })
  void backslashesStayTheSameCharacters(String written, String read)
      throws UnusableAnswerException {
    assertThat(critique(written)).isEqualTo(read);
  }

  @Test
  void lineBreaksAreLineBreaks() throws UnusableAnswerException {
    assertThat(critique("One.\\nTwo.\\r\\n\\tThree.")).isEqualTo("One.\nTwo.\r\n\tThree.");
    assertThat(critique("One.\nTwo.\tThree.")).isEqualTo("One.\nTwo.\tThree.");
    assertThat(critique("\\\\alpha holds.\\nu = 3")).isEqualTo("\\alpha holds.\nu = 3");
    assertThat(critique("One.\\note that")).isEqualTo("One.\note that");
    assertThat(critique("\\\\alpha.\\nleft of it,\\ntriangle ABC\\tthe\\n\\tend"))
        .isEqualTo("\\alpha.\nleft of it,\ntriangle ABC\tthe\n\tend");
    assertThat(critique("x\\ty\\tThree\\t4")).isEqualTo("x\ty\tThree\t4");
  }

  @Test
  void whatMayBeALineBreakOrLatexIsRefused() {
    for (String written : new String[] {"so \\nu = 3", "x \\ne y"}) {
      assertThat(refused("{'critique': '" + written + "', 'difficulty': 'HARD'}"))
          .hasMessageContaining("each backslash doubled; ambiguous: \\n");
    }
    for (String written :
        new String[] {
          "\\text{a}\\\\text{b}", "\\\\alpha \\theta", "\\\\alpha \\rho", "\\\\beta \\neq 3"
        }) {
      assertThat(refused("{'critique': '" + written + "', 'difficulty': 'HARD'}"))
          .hasMessageContaining("each backslash doubled; ambiguous: \\");
    }
  }

  @Test
  void reasoningIsAccepted() throws UnusableAnswerException {
    assertThat(verdict("SIMPLE? {'a': 1}\n</think>\n" + OBJECT).getDifficulty())
        .isEqualTo(Difficulty.DIFFICULTY_HARD);
  }

  private static String critique(String written) throws UnusableAnswerException {
    String content = "{\"critique\": \"" + written + "\", \"difficulty\": \"HARD\"}";
    return new VerdictParser().parse(answer(content)).getCritique();
  }

  private static Verdict verdict(String content) throws UnusableAnswerException {
    return new VerdictParser().parse(answer(content.replace('\'', '"')));
  }

  private static UnusableAnswerException refused(String content) {
    return catchThrowableOfType(UnusableAnswerException.class, () -> verdict(content));
  }

  private static ChatAnswer answer(String content) {
    return new ChatAnswer(
        "m", "m", content, "", ChatAnswer.FinishReason.STOP, Usage.getDefaultInstance());
  }
}
