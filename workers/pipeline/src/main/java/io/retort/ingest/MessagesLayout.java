package io.retort.ingest;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A conversation: {@code {messages: [{role, content}]}}, or {@code {conversations: [{from,
 * value}]}} in ShareGPT's format, with one user turn and one assistant turn that contains a trace.
 * System turns, and a {@code system} field, are ignored.
 */
final class MessagesLayout implements RowLayout {
  private static final List<String> TURNS = List.of("messages", "conversations");
  private static final List<String> CONTENT_FIRST = List.of("content", "value");
  private static final List<String> VALUE_FIRST = List.of("value", "content");

  /** Fields of an assistant turn to which some servers move the thought. */
  private static final List<String> REASONING =
      List.of("reasoning_content", "reasoning", "thinking");

  private static final Set<String> USER = Set.of("user", "human");
  private static final Set<String> ASSISTANT =
      Set.of("assistant", "gpt", "model", "chatgpt", "bot", "bing", "bard", "claude");
  private static final int MOST_ROLES = 5;
  private static final int LONGEST_ROLE = 40;

  private record Answer(String field, String text, String reasoning) {}

  @Override
  public boolean isIn(JsonRow row) {
    return TURNS.stream().anyMatch(row::has);
  }

  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    String turns = present(row, TURNS);
    List<String> problems = new ArrayList<>();
    List<Answer> answers = new ArrayList<>();
    Set<String> ignored = new LinkedHashSet<>();
    for (JsonRow turn : row.objects(turns)) {
      boolean shareGpt = turn.has("from") && !turn.has("role");
      String text = present(turn, shareGpt ? VALUE_FIRST : CONTENT_FIRST);
      String role = turn.text(shareGpt ? "from" : "role").toLowerCase(Locale.ROOT);
      if (USER.contains(role)) {
        problems.add(turn.textOfParts(text));
      } else if (ASSISTANT.contains(role)) {
        answers.add(new Answer(turns + "[]." + text, turn.textOfParts(text), reasoning(turn)));
      } else if (ignored.size() < MOST_ROLES) {
        // The student's own template provides system prompts.
        ignored.add(role.substring(0, Math.min(LONGEST_ROLE, role.length())));
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
              + " assistant turns"
              + (ignored.isEmpty() ? "" : " beside those of " + String.join(", ", ignored))
              + " (expected: one of each)");
    }
    Answer answer = answers.get(0);
    Trace trace = Trace.parse(answer.field(), answer.text());
    return new RowText(
        problems.get(0),
        answer.reasoning().isEmpty() ? trace.chain() : answer.reasoning(),
        trace.answer());
  }

  /** The first that has a text; a field of another type beside none is refused. */
  private static String reasoning(JsonRow turn) throws RefusedRowException {
    for (String field : REASONING) {
      String text = turn.string(field);
      if (!BlankText.isBlank(text)) {
        return turn.textOrEmpty(field);
      }
    }
    return turn.textOrEmpty(present(turn, REASONING.subList(0, 2)));
  }

  private static String present(JsonRow row, List<String> names) {
    return names.stream().filter(row::has).findFirst().orElse(names.get(0));
  }
}
