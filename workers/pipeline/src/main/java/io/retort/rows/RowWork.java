package io.retort.rows;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;

/** Makes the record of a row. Called from several threads at once; must not block. */
public interface RowWork<I, R extends Message> {
  /** Hash of everything that determines the record: stage, models, settings and input. */
  String key(I input);

  /**
   * Starts making the record of a row. A failed future stores nothing, and the row is processed
   * again by this attempt or the next one. If the row itself is the problem, its record says so; if
   * only its endpoint says so, the future fails with {@link RefusedByEndpointException}.
   */
  CompletableFuture<R> start(I input);

  /**
   * The record of a row that cannot be processed.
   *
   * @param reason stable name
   * @param message for people
   */
  R quarantined(I input, String reason, String message);
}
