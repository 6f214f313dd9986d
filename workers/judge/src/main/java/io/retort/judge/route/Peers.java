package io.retort.judge.route;

import java.net.URI;
import java.time.Duration;

/** The other judge workers that call the same endpoints. Methods must not block. */
public interface Peers {
  /** The longest cool-down that is accepted from a peer. */
  Duration LONGEST_COOL_DOWN = Duration.ofHours(1);

  /** Number of workers that share the rate limits, this one included; at least 1. */
  int workers();

  /** Reports a cool-down to the other workers, best effort. */
  void share(URI baseUrl, String model, Duration coolDown);

  /** No other workers. */
  static Peers none() {
    return new Peers() {
      @Override
      public int workers() {
        return 1;
      }

      @Override
      public void share(URI baseUrl, String model, Duration coolDown) {}
    };
  }
}
