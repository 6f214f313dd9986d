package io.retort.store;

import java.io.IOException;

/** The content of an object does not match its reference or its format. */
public final class CorruptArtifactException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorruptArtifactException(String message) {
    super(message);
  }
}
