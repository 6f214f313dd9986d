package io.retort.answers;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.retort.python.PythonWorkers;
import io.retort.python.TrainerPython;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Tests all Java implementations against the shared table of cases. */
final class AnswerCasesTest {
  @Test
  void whatIsDecidedWithoutReadingIsRight() throws IOException {
    AnswerChecker fast = new FastAnswerChecker();
    SoftAssertions softly = new SoftAssertions();
    int decided = 0;
    for (JsonNode row : AnswerCases.with("answer")) {
      String answer = row.get("answer").asText();
      for (AnswerCheck check :
          List.of(
              fast.compare(AnswerCases.gold(row), answer).join(),
              fast.compare(GoldAnswer.math(answer), row.get("gold").asText()).join())) {
        boolean isDecided = check.verdict() != AnswerVerdict.UNDECIDED;
        decided += isDecided ? 1 : 0;
        softly
            .assertThat(isDecided ? check.verdict() : AnswerCases.verdict(row))
            .as("%s: %s", row, check)
            .isEqualTo(AnswerCases.verdict(row));
      }
    }
    softly.assertAll();
    assertThat(decided).isGreaterThan(20);
  }

  @Test
  void whatTextsStateIsFoundWithoutReading() throws IOException {
    AnswerChecker fast = new FastAnswerChecker();
    SoftAssertions softly = new SoftAssertions();
    for (JsonNode row : AnswerCases.with("text")) {
      GoldAnswer gold = AnswerCases.gold(row);
      String text = row.get("text").asText();
      AnswerCheck check = fast.check(gold, text).join();
      // A whole text that does not equal the gold answer is not an answer.
      boolean isDecided =
          check.verdict() != AnswerVerdict.UNDECIDED
              && !(check.verdict() == AnswerVerdict.UNKNOWN && text.length() < 20);
      softly
          .assertThat(isDecided ? check.verdict() : AnswerCases.verdict(row))
          .as("%s: %s", row, check)
          .isEqualTo(AnswerCases.verdict(row));
      if (row.has("stated") && row.path("kind").asText().equals("MATH")) {
        String stated = StatedAnswer.findNumber(text).orElse(null);
        softly.assertThat(stated).as("%s", row).isEqualTo(row.get("stated").textValue());
      }
    }
    softly.assertAll();
  }

  @Test
  void withThePythonOfTheTrainerAllAreDecided() throws IOException {
    try (PythonWorkers workers = TrainerPython.workers()) {
      AnswerChecker checker = new PythonAnswerChecker(workers);
      Map<JsonNode, List<CompletableFuture<AnswerCheck>>> asked = new LinkedHashMap<>();
      for (JsonNode row : AnswerCases.with("answer")) {
        String answer = row.get("answer").asText();
        GoldAnswer turned = GoldAnswer.math(answer);
        asked.put(
            row,
            List.of(
                checker.compare(AnswerCases.gold(row), answer),
                checker.compare(turned, row.get("gold").asText())));
      }
      for (JsonNode row : AnswerCases.with("text")) {
        asked.put(row, List.of(checker.check(AnswerCases.gold(row), row.get("text").asText())));
      }
      assertThat(asked).hasSizeGreaterThan(400);
      SoftAssertions softly = new SoftAssertions();
      asked.forEach(
          (row, checks) ->
              checks.forEach(
                  check ->
                      softly
                          .assertThat(AnswerCases.isMet(row, check.join()))
                          .as("%s: %s", row, check.join())
                          .isTrue()));
      softly.assertAll();
    }
  }
}
