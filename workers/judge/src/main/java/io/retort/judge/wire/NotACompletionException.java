package io.retort.judge.wire;

import java.io.Serial;

/** A body that is no chat completion. */
final class NotACompletionException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  NotACompletionException(String message) {
    super(message);
  }
}
