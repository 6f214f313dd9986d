package io.retort.rows;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Distinguishes rows that cannot be judged from endpoints that judge no row. */
interface EndpointCheck {
  /**
   * Whether every method that refused a row of the attempt has answered another row since the
   * attempt began.
   */
  boolean answersOthers();

  /** Whether any row of the stage, committed or known to this process, was answered. */
  boolean hasAnswered() throws IOException;

  /**
   * Asks control questions if a row of the attempt was refused or failed.
   *
   * @return completes when all were answered; otherwise fails like the judge's calls
   */
  CompletableFuture<Void> ask();
}
