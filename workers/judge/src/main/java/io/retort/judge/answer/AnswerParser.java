package io.retort.judge.answer;

import io.retort.judge.chat.ChatAnswer;

/** Reads the value of an answer, and fails where it is ambiguous. */
@FunctionalInterface
public interface AnswerParser<T> {
  T parse(ChatAnswer answer) throws UnusableAnswerException;
}
