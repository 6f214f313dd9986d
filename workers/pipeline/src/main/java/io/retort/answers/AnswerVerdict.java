package io.retort.answers;

/** What a program says of a final answer. */
public enum AnswerVerdict {
  CORRECT,
  WRONG,
  /** The text concludes nothing. */
  UNKNOWN,
  /** The text concludes an answer that cannot be read, or not be compared within the limits. */
  UNDECIDED
}
