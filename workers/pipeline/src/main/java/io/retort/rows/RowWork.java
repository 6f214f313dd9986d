package io.retort.rows;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;

/** How the record of a row is made. Called from several threads at once; must not block. */
public interface RowWork<I, R extends Message> {
  /** Hash of all that decides the record: stage, models, settings and input. */
  String key(I input);

  /**
   * Makes the record of a row. A future that fails stores nothing: the row is made again by the
   * next attempt. A row that is itself the problem has a record that says so.
   */
  CompletableFuture<R> start(I input);
}
