package io.retort.judge.answer;

import io.retort.judge.failure.FailureType;
import java.io.Serial;

/**
 * The answer does not contain the requested value: {@code UNPARSED}, {@code EMPTY} or {@code
 * TRUNCATED}.
 */
public final class UnusableAnswerException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final FailureType type;

  public UnusableAnswerException(FailureType type, String message) {
    super(message);
    this.type = type;
  }

  public FailureType type() {
    return type;
  }
}
