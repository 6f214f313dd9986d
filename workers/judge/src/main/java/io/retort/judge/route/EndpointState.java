package io.retort.judge.route;

import java.time.Duration;

/** The state of an endpoint, for metrics. */
public interface EndpointState {
  String name();

  /** Remaining time in which no call is sent; 0 if there is none. */
  Duration coolDown();

  /** Concurrent calls that the endpoint is estimated to sustain. */
  int concurrencyLimit();

  boolean isBreakerOpen();
}
