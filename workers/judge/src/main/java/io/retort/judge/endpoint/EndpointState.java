package io.retort.judge.endpoint;

import java.time.Duration;

/** How an endpoint does, for metrics. */
public interface EndpointState {
  String name();

  /** What is left of the time in which nothing is sent; 0 when there is none. */
  Duration coolDown();

  /** Calls that it is now thought to take at once. */
  int concurrencyLimit();

  boolean isBreakerOpen();
}
