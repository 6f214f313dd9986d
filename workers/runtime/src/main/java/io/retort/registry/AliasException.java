package io.retort.registry;

/** An alias that cannot be changed as asked: what it names, and what was expected. */
public final class AliasException extends Exception {
  private static final long serialVersionUID = 1L;

  AliasException(String message) {
    super(message);
  }
}
