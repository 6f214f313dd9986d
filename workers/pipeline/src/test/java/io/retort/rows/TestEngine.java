package io.retort.rows;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A separate row engine for one test. */
public final class TestEngine implements AutoCloseable {
  public final PrometheusRegistry registry = new PrometheusRegistry();
  public final ShutdownSignal shutdown = new ShutdownSignal();
  public final ExecutorService executor = Executors.newFixedThreadPool(2);
  public final RowEngine engine;

  public TestEngine() {
    this(Duration.ofSeconds(5));
  }

  TestEngine(Duration drain) {
    engine =
        new RowEngine(
            executor,
            new RowSlots(64),
            new RowMetrics(registry),
            shutdown,
            Duration.ofMillis(20),
            Duration.ZERO,
            drain);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
