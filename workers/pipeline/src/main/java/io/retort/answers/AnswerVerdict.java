package io.retort.answers;

/** The result of checking a final answer by program. */
public enum AnswerVerdict {
  CORRECT,
  WRONG,
  /** The text concludes nothing. */
  UNKNOWN,
  /** The text concludes an answer that cannot be read, or not be compared within the limits. */
  UNDECIDED
}
