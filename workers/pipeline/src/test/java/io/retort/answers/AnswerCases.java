package io.retort.answers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.retort.v1.AnswerKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table of answer cases, which the trainer's tests read as well. */
final class AnswerCases {
  private static final Path FILE = Path.of("../../gpu-workers/trainer/tests/answer_cases.jsonl");

  /**
   * The rows that have the given field: "answer" for an isolated answer, "text" for an answer in a
   * text.
   */
  static List<JsonNode> with(String field) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(FILE)) {
      JsonNode row = mapper.readTree(line);
      if (row.has(field)) {
        rows.add(row);
      }
    }
    return rows;
  }

  static GoldAnswer gold(JsonNode row) {
    AnswerKind kind = AnswerKind.valueOf("ANSWER_KIND_" + row.path("kind").asText("MATH"));
    return new GoldAnswer(kind, row.get("gold").asText(), "");
  }

  static AnswerVerdict verdict(JsonNode row) {
    return switch (row.get("verdict").asText()) {
      case "EQUAL" -> AnswerVerdict.CORRECT;
      case "DIFFERENT" -> AnswerVerdict.WRONG;
      case "UNDECIDED" -> AnswerVerdict.UNDECIDED;
      case "NONE" -> AnswerVerdict.UNKNOWN;
      default -> throw new IllegalArgumentException(row.toString());
    };
  }

  /** A last line with other words is another answer or no answer; both are accepted. */
  static boolean isMet(JsonNode row, AnswerCheck check) {
    return row.path("kind").asText().equals("EXACT")
        ? check.isCorrect() == row.get("verdict").asText().equals("EQUAL")
        : check.verdict() == verdict(row);
  }

  private AnswerCases() {}
}
