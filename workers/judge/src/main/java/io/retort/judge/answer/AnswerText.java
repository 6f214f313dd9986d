package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;
import io.retort.judge.failure.FailureType;

/** The text of an answer, without what the model thought before it. */
final class AnswerText {
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
    String text = ReasoningText.without(answer.content()).replace("\r\n", "\n").strip();
    if (text.isEmpty()) {
      throw new UnusableAnswerException(FailureType.EMPTY, "the model answered nothing");
    }
    if (ReasoningText.opensIn(text)) {
      throw new UnusableAnswerException(
          FailureType.UNPARSED, "a thought without an end: " + Excerpts.of(text));
    }
    return text;
  }

  private AnswerText() {}
}
