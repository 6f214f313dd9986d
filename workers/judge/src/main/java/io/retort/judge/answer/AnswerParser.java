package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;

/** Reads the value of an answer; never guesses one. */
@FunctionalInterface
public interface AnswerParser<T> {
  T parse(ChatAnswer answer) throws UnusableAnswerException;
}
