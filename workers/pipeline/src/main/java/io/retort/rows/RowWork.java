package io.retort.rows;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;

/** How the record of a row is made. Called from several threads at once; must not block. */
public interface RowWork<I, R extends Message> {
  /** Hash of all that decides the record: stage, models, settings and input. */
  String key(I input);

  /**
   * Makes the record of a row. A future that fails stores nothing: the row is made again, by this
   * attempt or the next. A row that is itself the problem has a record that says so; where only its
   * endpoint says so, the future fails with {@link RefusedByEndpointException}.
   */
  CompletableFuture<R> start(I input);

  /**
   * The record of a row that cannot be made.
   *
   * @param reason stable name
   * @param said for people
   */
  R quarantined(I input, String reason, String said);
}
