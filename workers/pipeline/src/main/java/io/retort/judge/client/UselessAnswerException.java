package io.retort.judge.client;

import io.retort.v1.Usage;

/**
 * The judge was asked and its answer is of no use: the row is the problem, and asking again would
 * not help.
 */
public final class UselessAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;
  private final Usage usage;

  UselessAnswerException(String reason, String message, Usage usage, Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.usage = usage;
  }

  public UselessAnswerException(String reason, String message) {
    super(message);
    this.reason = reason;
    this.usage = Usage.getDefaultInstance();
  }

  UselessAnswerException withUsage(Usage counted) {
    return new UselessAnswerException(reason, String.valueOf(getMessage()), counted, this);
  }

  /** UNPARSED, EMPTY, TRUNCATED, CONTEXT_LENGTH_EXCEEDED or a later name. */
  public String reason() {
    return reason;
  }

  /** What the endpoint counted for the answer all the same. */
  public Usage usage() {
    return usage;
  }
}
