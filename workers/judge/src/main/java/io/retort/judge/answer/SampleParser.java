package io.retort.judge.answer;

import io.retort.judge.endpoint.ChatAnswer;

/** Takes any answer, cut or empty ones too, without what was thought before it. */
public final class SampleParser implements AnswerParser<String> {
  @Override
  public String parse(ChatAnswer answer) {
    return Thoughts.without(answer.content());
  }
}
