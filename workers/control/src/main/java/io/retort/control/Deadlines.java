package io.retort.control;

import java.time.Duration;

/**
 * How long the control plane waits for Temporal. Every call has one of these deadlines.
 *
 * @param call for calls that Temporal answers itself
 * @param query for queries, which a worker answers; after it, the workflow's description is used
 * @param update for updates, which a worker has to accept and finish
 */
record Deadlines(Duration call, Duration query, Duration update) {
  static final Deadlines DEFAULT =
      new Deadlines(Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofSeconds(10));
}
