package io.retort.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.answers.AnswerVerdict;
import io.retort.answers.ChainChecker;
import io.retort.answers.ChainText;
import io.retort.answers.FastAnswerChecker;
import io.retort.answers.GoldAnswer;
import io.retort.answers.WrittenNumbers;
import io.retort.samples.Counts;
import io.retort.v1.CorruptionKind;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RulesCorrupterTest {
  private static final Path GSM8K = Path.of("../../../shared/data/gsm8k_train.jsonl");
  private static final String PROBLEM =
      "Natalia sold 48 clips in April and half as many in May. How many altogether?";
  private static final String CHAIN =
      "Natalia sold 48/2 = 24 clips in May.\nNatalia sold 48+24 = 72 clips altogether.";

  @ParameterizedTest
  @EnumSource(
      value = CorruptionKind.class,
      names = {
        "CORRUPTION_KIND_WRONG_OPERATION",
        "CORRUPTION_KIND_WRONG_NUMBER",
        "CORRUPTION_KIND_DROPPED_STEP",
        "CORRUPTION_KIND_MISREAD_CONDITION"
      })
  void everyKindConcludesWhatItsChainSays(CorruptionKind kind) {
    for (int seed = 0; seed < 50; seed++) {
      Corruption corruption =
          new RulesCorrupter(PROBLEM, CHAIN, "72", seed)
              .corruptions(kind, CorruptionKinds.ALL)
              .findFirst()
              .orElseThrow();

      assertThat(corruption.kind()).isEqualTo(kind);
      assertThat(corruption.answer()).as(corruption.chain()).isNotEqualTo("72");
      assertThat(corruption.chain()).endsWith(corruption.answer() + " clips altogether.");
      assertThat(
              new ChainChecker(new FastAnswerChecker())
                  .check(GoldAnswer.math("72"), corruption.chain())
                  .join()
                  .verdict())
          .as(corruption.chain())
          .isEqualTo(AnswerVerdict.WRONG);
    }
  }

  @Test
  void changeIsCarriedThroughLaterSteps() {
    assertThat(
            new RulesCorrupter(
                    "Has 10, doubles, gives 5 away.", "10*2 = 20 coins.\n20-5 = 15 left.", "15", 3)
                .corruptions(CorruptionKind.CORRUPTION_KIND_DROPPED_STEP, CorruptionKinds.ALL)
                .findFirst()
                .orElseThrow()
                .chain())
        .isEqualTo("10-5 = 5 left.");
  }

  @Test
  void wordsThatNameTheResultFirstFollowIt() {
    Corruption corruption = corrupt("He has 72 coins because 48 + 24 = 72", "72", 2).orElseThrow();

    assertThat(corruption.chain())
        .isEqualTo("He has %1$s coins because 48 + 24 = %1$s", corruption.answer());
  }

  @Test
  void sameSeedGivesTheSameCorruption() {
    assertThat(corrupt(CHAIN, "72", 9)).isEqualTo(corrupt(CHAIN, "72", 9));
    assertThat(
            List.of(1, 2, 3, 4, 5).stream()
                .map(seed -> corrupt(CHAIN, "72", seed))
                .distinct()
                .count())
        .isGreaterThan(1);
  }

  @Test
  void chainWithoutEquationsConcludesAnotherNumber() {
    Corruption corruption =
        corrupt("He starts with sixty. So he has 72 in the end.", "72", 1).orElseThrow();

    assertThat(corruption.kind()).isEqualTo(CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE);
    assertThat(corruption.chain())
        .isEqualTo("He starts with sixty. So he has " + corruption.answer() + " in the end.");
  }

  @Test
  void onlyAllowedKindsAreUsedAndTheWantedOneComesFirst() {
    List<CorruptionKind> allowed =
        List.of(
            CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER,
            CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE);

    List<CorruptionKind> kinds =
        new RulesCorrupter(PROBLEM, CHAIN, "72", 5)
            .corruptions(CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE, allowed)
            .map(Corruption::kind)
            .toList();

    assertThat(kinds).startsWith(CorruptionKind.CORRUPTION_KIND_INVALID_INFERENCE);
    assertThat(kinds).isSubsetOf(allowed).hasSize(3);
    assertThat(
            new RulesCorrupter(PROBLEM, "So he has 72 in the end.", "72", 5)
                .corruptions(
                    CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER,
                    List.of(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER)))
        .isEmpty();
  }

  @Test
  void nothingToChange() {
    assertThat(corrupt("It is Paris.", "Paris", 1)).isEmpty();
    assertThat(corrupt("No numbers here.", "72", 1)).isEmpty();
  }

  @Test
  void groupedThousandsStayGrouped() {
    Corruption corruption =
        new RulesCorrupter("", "1,000 * 12 = 12,000 dollars", "12000", 4)
            .corruptions(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER, CorruptionKinds.ALL)
            .findFirst()
            .orElseThrow();

    assertThat(corruption.chain()).matches("1,000 \\* 12 = \\d{2},\\d{3} dollars");
  }

  @Test
  void equationsOfAChain() {
    assertThat(Equation.find("Day 2, 3 * 4 = 12; 2x = 6; 0.5 = 1/2; 20% * 50 = $10; (1+2)/3=1"))
        .extracting(Equation::expression)
        .containsExactly("3 * 4", "20% * 50", "(1+2)/3");
    assertThat(Equation.find("100/3 = 33.33")).allMatch(Equation::holds);
    assertThat(Equation.find("48+24 = 74")).noneMatch(Equation::holds);
  }

  @Test
  void arithmetic() {
    assertThat(Arithmetic.evaluate("1 + 2 x 3")).contains(new BigDecimal("7"));
    assertThat(Arithmetic.evaluate("1/0")).isEmpty();
    assertThat(Arithmetic.evaluate("72")).as("no operator").isEmpty();
    assertThat(Arithmetic.evaluate("1 +")).isEmpty();
    assertThat(Arithmetic.evaluate("(".repeat(10_000))).isEmpty();
    assertThat(Arithmetic.evaluate("1e999999999 + 1")).isEmpty();
  }

  @Test
  void mostRealChainsCanBeCorrupted() throws IOException {
    assumeThat(GSM8K).as("real data beside the checkout").exists();
    ObjectMapper mapper = new ObjectMapper();
    int corrupted = 0;
    int wrong = 0;
    Counts kinds = new Counts();
    for (String line : Files.readAllLines(GSM8K).subList(0, 2_000)) {
      JsonNode row = mapper.readTree(line);
      String[] solution = row.get("answer").asText().split("####", 2);
      String gold = solution[1].strip().replace(",", "");
      String chain = ChainText.canonical(solution[0], GoldAnswer.math(gold));
      String problem = row.get("question").asText();
      CorruptionKind wanted = CorruptionKind.forNumber(1 + corrupted % 5);
      Optional<Corruption> corruption =
          new RulesCorrupter(problem, chain, gold, line.hashCode())
              .corruptions(wanted, CorruptionKinds.ALL)
              .findFirst();
      if (corruption.isPresent()) {
        corrupted++;
        kinds.add(corruption.get().kind().name());
        assertThat(corruption.get().chain()).isNotEqualTo(chain);
        List<WrittenNumbers.Token> numbers = WrittenNumbers.tokens(corruption.get().chain());
        BigDecimal last = numbers.get(numbers.size() - 1).value();
        wrong += WrittenNumbers.same(last, new BigDecimal(gold)) ? 0 : 1;
      }
    }
    assertThat(corrupted).isGreaterThan(1_900);
    assertThat(wrong).as("of %s", corrupted).isGreaterThan(corrupted * 98 / 100);
    assertThat(kinds.toList()).as("kinds that occur").hasSize(5);
  }

  private static Optional<Corruption> corrupt(String chain, String gold, long seed) {
    return new RulesCorrupter(PROBLEM, chain, gold, seed)
        .corruptions(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER, CorruptionKinds.ALL)
        .findFirst();
  }
}
