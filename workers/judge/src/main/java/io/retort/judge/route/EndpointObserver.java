package io.retort.judge.route;

import io.retort.v1.Usage;

/** Events of one endpoint, for metrics. Called from event loops: must not block. */
public interface EndpointObserver {
  void sent();

  /** Follows every {@link #sent}. */
  void finished();

  void counted(Usage usage);

  /** The provider refused a call because of its rate limit. */
  void limited();
}
