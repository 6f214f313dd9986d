package io.retort.answers;

/** The result of checking a final answer without an LLM. */
public enum AnswerVerdict {
  CORRECT,
  WRONG,
  /** The text has no final answer. */
  UNKNOWN,
  /** The text has a final answer that cannot be parsed, or cannot be compared within the limits. */
  UNDECIDED
}
