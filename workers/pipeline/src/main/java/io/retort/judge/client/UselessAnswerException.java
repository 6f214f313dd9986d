package io.retort.judge.client;

import io.retort.v1.Usage;
import java.util.Set;

/**
 * The judge's answer is unusable: the row is the problem, and repeating the call would not help.
 */
public final class UselessAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Reasons that are refusals rather than answers. */
  private static final Set<String> REFUSALS =
      Set.of("CONTEXT_LENGTH_EXCEEDED", "CONTENT_FILTERED", "BAD_REQUEST");

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
    return new UselessAnswerException(reason, message(), counted, this);
  }

  /** UNPARSED, EMPTY, TRUNCATED, BAD_REQUEST or a later name. */
  public String reason() {
    return reason;
  }

  /** The judge's message, for people. */
  public String message() {
    return String.valueOf(getMessage());
  }

  /** Usage that the endpoint reported for the answer. */
  public Usage usage() {
    return usage;
  }

  /**
   * Whether the endpoint refused to answer. It may refuse every row; in that case the row is not
   * the problem.
   */
  public boolean isRefusal() {
    return REFUSALS.contains(reason);
  }
}
