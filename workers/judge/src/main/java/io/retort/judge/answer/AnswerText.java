package io.retort.judge.answer;

import io.retort.judge.endpoint.ChatAnswer;
import io.retort.judge.failure.FailureType;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of an answer, without what the model thought before it. */
final class AnswerText {
  private static final Pattern THOUGHT =
      Pattern.compile("\\A\\s*<think>.*?</think>", Pattern.DOTALL);
  private static final Pattern OPEN_THOUGHT = Pattern.compile("\\A\\s*<think>");

  /**
   * @throws UnusableAnswerException when the answer was cut, is empty, or is nothing but a thought
   */
  static String of(ChatAnswer answer) throws UnusableAnswerException {
    switch (answer.finish()) {
      case LENGTH ->
          throw new UnusableAnswerException(
              FailureType.TRUNCATED,
              "the answer was cut after "
                  + answer.usage().getCompletionTokens()
                  + " tokens (expected: a complete one; max_tokens or the context is too small)");
      case FILTER ->
          throw new UnusableAnswerException(
              FailureType.TRUNCATED, "the provider's filter cut the answer");
      case ABORTED ->
          throw new UnusableAnswerException(FailureType.TRUNCATED, "the endpoint broke off");
      case STOP -> {}
    }
    if (answer.content().isBlank() && !answer.refusal().isBlank()) {
      throw new UnusableAnswerException(
          FailureType.EMPTY, "the model refused: " + Excerpts.of(answer.refusal()));
    }
    Matcher thought = THOUGHT.matcher(answer.content());
    String text = thought.find() ? answer.content().substring(thought.end()) : answer.content();
    text = text.replace("\r\n", "\n").strip();
    if (text.isEmpty()) {
      throw new UnusableAnswerException(FailureType.EMPTY, "the model answered nothing");
    }
    if (OPEN_THOUGHT.matcher(text).find()) {
      throw new UnusableAnswerException(
          FailureType.UNPARSED, "a thought without an end: " + Excerpts.of(text));
    }
    return text;
  }

  private AnswerText() {}
}
