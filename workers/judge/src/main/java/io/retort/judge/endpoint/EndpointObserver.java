package io.retort.judge.endpoint;

import io.retort.v1.Usage;

/** Sees what one endpoint does, for metrics. Called from event loops: must not block. */
public interface EndpointObserver {
  void sent();

  /** Follows every {@link #sent}. */
  void finished();

  void counted(Usage usage);

  /** The provider refused a call because of its rate limit. */
  void limited();
}
