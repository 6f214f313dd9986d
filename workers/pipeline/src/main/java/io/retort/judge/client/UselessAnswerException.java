package io.retort.judge.client;

/**
 * The judge was asked and its answer is of no use: the row is the problem, and asking again would
 * not help.
 */
public final class UselessAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  UselessAnswerException(String reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public UselessAnswerException(String reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** UNPARSED, EMPTY, TRUNCATED, CONTEXT_LENGTH_EXCEEDED or a later name. */
  public String reason() {
    return reason;
  }
}
