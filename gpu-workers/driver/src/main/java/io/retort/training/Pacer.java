package io.retort.training;

import java.time.Duration;
import java.time.Instant;

/** The clock with which the activity waits. */
interface Pacer {
  Pacer SYSTEM =
      new Pacer() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
          Thread.sleep(duration.toMillis());
        }
      };

  Instant now();

  void pause(Duration duration) throws InterruptedException;
}
