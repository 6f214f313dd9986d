package io.retort.rows;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Distinguishes rows that cannot be judged from endpoints that judge no row. */
interface EndpointCheck {
  /** Whether whatever refused a row of the attempt has answered for another one since it began. */
  boolean answersOthers();

  /** Whether any row of the stage that is known here, or committed, was answered. */
  boolean hasAnswered() throws IOException;

  /**
   * Asks control questions where a row of the attempt was refused or failed.
   *
   * @return done when all were answered; else fails as calls of the judge do
   */
  CompletableFuture<Void> ask();
}
