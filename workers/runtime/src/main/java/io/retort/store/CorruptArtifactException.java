package io.retort.store;

import java.io.IOException;

/** An object of the store does not hold what its reference or its format says. */
public final class CorruptArtifactException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorruptArtifactException(String message) {
    super(message);
  }
}
