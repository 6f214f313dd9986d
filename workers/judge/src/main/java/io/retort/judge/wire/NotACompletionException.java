package io.retort.judge.wire;

import java.io.Serial;

/** A response body is not a chat completion. */
final class NotACompletionException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  NotACompletionException(String message) {
    super(message);
  }
}
