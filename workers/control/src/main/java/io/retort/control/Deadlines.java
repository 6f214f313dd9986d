package io.retort.control;

import java.time.Duration;

/**
 * How long the control plane waits for Temporal. Every call has one of these deadlines.
 *
 * @param call what Temporal answers by itself
 * @param query what a worker of the run's queue answers; without one the run is described
 * @param update an update, which a worker has to accept and finish
 * @param result of a short workflow
 */
record Deadlines(Duration call, Duration query, Duration update, Duration result) {
  static final Deadlines DEFAULT =
      new Deadlines(
          Duration.ofSeconds(10),
          Duration.ofSeconds(3),
          Duration.ofSeconds(10),
          Duration.ofSeconds(25));

  Deadlines(Duration call, Duration query, Duration update) {
    this(call, query, update, Duration.ofSeconds(25));
  }
}
