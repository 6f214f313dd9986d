package io.retort.ingest;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code {messages: [{role, content}]}}: system turns are left out, then one user turn and one
 * assistant turn with a trace.
 */
final class MessagesLayout implements RowLayout {
  @Override
  public RowText read(JsonRow row) throws RefusedRowException {
    List<String> problems = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    for (JsonRow message : row.objects("messages")) {
      switch (message.text("role")) {
        case "user" -> problems.add(message.text("content"));
        case "assistant" -> answers.add(message.text("content"));
        default -> {
          // System prompts come from the student's own template.
        }
      }
    }
    if (problems.isEmpty() || answers.isEmpty()) {
      throw new RefusedRowException(
          QuarantineReason.MISSING_FIELD,
          "messages: "
              + problems.size()
              + " user and "
              + answers.size()
              + " assistant turns (expected: one of each)");
    }
    if (problems.size() > 1 || answers.size() > 1) {
      throw new RefusedRowException(
          QuarantineReason.MULTI_TURN,
          "messages: "
              + problems.size()
              + " user and "
              + answers.size()
              + " assistant turns (expected: one of each)");
    }
    Trace trace = Trace.parse("messages[].content", answers.get(0));
    return new RowText(problems.get(0), trace.chain(), trace.answer());
  }
}
