package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;

/**
 * Accepts any answer, including truncated and empty ones, without the reasoning before it and the
 * turns after it.
 */
public final class SampleParser implements AnswerParser<String> {
  @Override
  public String parse(ChatAnswer answer) {
    return TurnTokens.cut(ReasoningText.removeFrom(answer.content()));
  }
}
