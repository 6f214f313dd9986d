package io.retort.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The store is not set up correctly: the bucket, credentials or a permission is missing. Retrying
 * does not help; the message says what to set.
 */
public final class StoreRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  public StoreRefusedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
