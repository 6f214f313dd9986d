package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;

/** Takes any answer, cut or empty ones too, without what was thought before it. */
public final class SampleParser implements AnswerParser<String> {
  @Override
  public String parse(ChatAnswer answer) {
    return ReasoningText.without(answer.content());
  }
}
