package io.retort.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.v1.CorruptionKind;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CodeCorrupterTest {
  private static final String CODE =
      """
      def count(words):
          # no more than 10 words
          total = 0
          for word in words:
              if len(word) >= 3 and word != "a < b":
                  total = total + 1
          return total""";

  @Test
  void everyKindChangesOneThingInTheCodeAlone() {
    List<Corruption> corruptions = corruptions(chain(CODE), CODE);

    assertThat(corruptions).extracting(Corruption::kind).hasSameElementsAs(CorruptionKinds.ALL);
    assertThat(corruptions)
        .allSatisfy(
            corruption -> {
              assertThat(corruption.chain()).isEqualTo(chain(corruption.answer()));
              assertThat(corruption.answer())
                  .isNotEqualTo(CODE)
                  .contains("# no more than 10 words")
                  .contains("def count(words):");
            });
    assertThat(corruptions)
        .extracting(Corruption::answer)
        .doesNotHaveDuplicates()
        .contains(
            CODE.replace(">= 3", "> 3"),
            CODE.replace(" and ", " or "),
            CODE.replace("total + 1", "total - 1"),
            CODE.replace("    total = 0\n", ""))
        .noneMatch(answer -> answer.contains("a <= b"));
  }

  @Test
  void aLongStringIsReadInOneStackFrame() {
    String code = CODE.replace("a < b", "a < b".repeat(200_000));

    assertThat(corruptions(chain(code), code)).isNotEmpty();
  }

  @Test
  void wantedKindComesFirst() {
    for (CorruptionKind kind : CorruptionKinds.ALL) {
      assertThat(
              new CodeCorrupter(chain(CODE), CODE, 3)
                  .corruptions(kind, CorruptionKinds.ALL)
                  .findFirst()
                  .orElseThrow()
                  .kind())
          .isEqualTo(kind);
    }
  }

  @Test
  void codeThatStandsInTheAnswerAloneIsChangedThere() {
    assertThat(corruptions("Add them up.", "def add(a, b):\n    return a + b"))
        .extracting(Corruption::chain, Corruption::answer)
        .containsExactly(tuple("Add them up.", "def add(a, b):\n    return a - b"));
  }

  @Test
  void nothingToChange() {
    assertThat(corruptions("Print it.", "print('1 + 1')")).isEmpty();
  }

  private static List<Corruption> corruptions(String chain, String answer) {
    return new CodeCorrupter(chain, answer, 1)
        .corruptions(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER, CorruptionKinds.ALL)
        .toList();
  }

  private static String chain(String code) {
    return "Count the long words.\n\n```python\n" + code + "\n```";
  }
}
