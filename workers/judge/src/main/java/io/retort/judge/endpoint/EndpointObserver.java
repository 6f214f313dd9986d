package io.retort.judge.endpoint;

import io.retort.v1.Usage;
import java.time.Duration;
import java.util.function.Supplier;

/** Sees what endpoints do, for metrics. Called from event loops: must not block. */
public interface EndpointObserver {
  void sent(String endpoint);

  /** Follows every {@link #sent}. */
  void finished(String endpoint);

  void counted(String endpoint, Usage usage);

  /** Called once for each endpoint. */
  void coolDown(String endpoint, Supplier<Duration> remaining);
}
