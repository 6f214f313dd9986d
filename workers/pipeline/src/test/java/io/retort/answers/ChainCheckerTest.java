package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ChainCheckerTest {
  private static final Path GSM8K = Path.of("../../../shared/data/gsm8k_train.jsonl");
  private final ChainChecker checker = new ChainChecker(new FastAnswerChecker());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "72|48 + 24 = 72 clips|CORRECT",
        "72|It is 72, more than 70|CORRECT",
        "72|48 + 24 = 74|WRONG",
        "72|There are 72. Then 5 more.|UNKNOWN",
        "4|Two and two make four|UNKNOWN",
        "0.5|The share is 50%|CORRECT",
        "72|48 + 24 = 72. The answer is 73.|WRONG",
        "B|The second choice|UNKNOWN",
        "\\frac{1}{2}|Hence x is \\frac12 or \\frac{1}{2}|CORRECT",
        "\\frac{1}{2}|Hence x is small|UNKNOWN",
      })
  void verdicts(String gold, String chain, AnswerVerdict expected) {
    AnswerCheck check = checker.check(GoldAnswer.math(gold), chain).join();

    assertThat(check.verdict()).as("%s: %s", chain, check).isEqualTo(expected);
  }

  @Test
  void realChainsAreSeldomRefused() throws IOException {
    assumeThat(GSM8K).as("real data beside the checkout").exists();
    ObjectMapper mapper = new ObjectMapper();
    Map<AnswerVerdict, Integer> verdicts = new EnumMap<>(AnswerVerdict.class);
    for (String line : Files.readAllLines(GSM8K)) {
      JsonNode row = mapper.readTree(line);
      String[] solution = row.get("answer").asText().split("####", 2);
      GoldAnswer gold = GoldAnswer.math(solution[1].strip().replace(",", ""));
      AnswerCheck check = checker.check(gold, ChainText.canonical(solution[0], gold)).join();
      verdicts.merge(check.verdict(), 1, Integer::sum);
    }

    assertThat(verdicts.getOrDefault(AnswerVerdict.CORRECT, 0))
        .as("of 7473: %s", verdicts)
        .isGreaterThan(7_400);
    assertThat(verdicts.getOrDefault(AnswerVerdict.WRONG, 0)).as("%s", verdicts).isLessThan(30);
  }
}
