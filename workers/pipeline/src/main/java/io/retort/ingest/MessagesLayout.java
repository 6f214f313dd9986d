package io.retort.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A conversation: {@code {messages: [{role, content}]}}, or {@code {conversations: [{from,
 * value}]}} in ShareGPT's format, with one user turn and one assistant turn that contains a trace.
 * System turns, and a {@code system} field, are ignored.
 */
final class MessagesLayout implements RowLayout {
  private static final List<String> TURNS = List.of("messages", "conversations");

  /** Fields of an assistant turn to which some servers move the thought. */
  private static final List<String> REASONING = List.of("reasoning_content", "reasoning");

  private record Answer(String field, String text, String reasoning) {}

  /** Whether a row contains a conversation. */
  static boolean isIn(JsonRow row) {
    return TURNS.stream().anyMatch(row::has);
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    String turns = present(row, TURNS);
    List<String> problems = new ArrayList<>();
    List<Answer> answers = new ArrayList<>();
    for (JsonRow turn : row.objects(turns)) {
      boolean shareGpt = turn.has("from") && !turn.has("role");
      String text = shareGpt ? "value" : "content";
      switch (turn.text(shareGpt ? "from" : "role").toLowerCase(Locale.ROOT)) {
        case "user", "human" -> problems.add(turn.textOfParts(text));
        case "assistant", "gpt", "model" ->
            answers.add(
                new Answer(
                    turns + "[]." + text,
                    turn.textOfParts(text),
                    turn.textOrEmpty(present(turn, REASONING))));
        default -> {
          // The student's own template provides system prompts.
        }
      }
    }
    if (problems.size() != 1 || answers.size() != 1) {
      throw new RefusedRowException(
          problems.isEmpty() || answers.isEmpty()
              ? QuarantineReason.MISSING_FIELD
              : QuarantineReason.MULTI_TURN,
          turns
              + ": "
              + problems.size()
              + " user and "
              + answers.size()
              + " assistant turns (expected: one of each)");
    }
    Answer answer = answers.get(0);
    Trace trace = Trace.parse(answer.field(), answer.text());
    return new RowText(
        problems.get(0),
        answer.reasoning().isEmpty() ? trace.chain() : answer.reasoning(),
        trace.answer());
  }

  private static String present(JsonRow row, List<String> names) {
    return names.stream().filter(row::has).findFirst().orElse(names.get(0));
  }
}
