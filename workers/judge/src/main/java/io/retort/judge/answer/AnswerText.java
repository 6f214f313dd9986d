package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.FailureType;

/** The text of a complete answer, without the reasoning before it. */
final class AnswerText {
  /**
   * @throws UnusableAnswerException when the answer was cut, is empty, or is reasoning only
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
          throw new UnusableAnswerException(
              FailureType.TRUNCATED, "the endpoint aborted the answer");
      case STOP -> {}
    }
    if (answer.content().isBlank() && !answer.refusal().isBlank()) {
      throw new UnusableAnswerException(
          FailureType.EMPTY, "the model refused: " + Excerpts.of(answer.refusal()));
    }
    String text = strip(ReasoningText.removeFrom(answer.content()).replace("\r\n", "\n"));
    if (text.isEmpty()) {
      throw new UnusableAnswerException(FailureType.EMPTY, "the model's answer is empty");
    }
    if (ReasoningText.opensIn(text)) {
      throw new UnusableAnswerException(
          FailureType.UNPARSED, "reasoning without a closing tag: " + Excerpts.of(text));
    }
    return text;
  }

  /** Without surrounding white space and a byte order mark. */
  private static String strip(String text) {
    String stripped = text.strip();
    return stripped.startsWith("\uFEFF") ? stripped.substring(1).strip() : stripped;
  }

  private AnswerText() {}
}
