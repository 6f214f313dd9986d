package io.retort.judge.endpoint;

import java.net.URI;
import java.time.Duration;

/** The other judge workers that ask the same endpoints. Methods must not block. */
public interface Peers {
  /** Workers that share the rate limits, this one among them: at least 1. */
  int workers();

  /** Tells the others of a cool-down, best effort. */
  void share(URI baseUrl, String model, Duration coolDown);

  /** No others. */
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
