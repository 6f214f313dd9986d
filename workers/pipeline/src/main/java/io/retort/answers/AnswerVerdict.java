package io.retort.answers;

/** What a program says of a final answer. */
public enum AnswerVerdict {
  CORRECT,
  WRONG,
  /** The text concludes nothing that a program can compare. */
  UNKNOWN
}
