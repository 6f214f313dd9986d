package io.retort.rows;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Metrics of row stages, never labelled by run or row. */
public final class RowMetrics {
  private final Counter rows;
  private final Gauge inFlight;
  private final Histogram shardSeconds;

  public RowMetrics(PrometheusRegistry registry) {
    rows =
        Counter.builder()
            .name("retort_rows_total")
            .help("Rows whose record was made durable.")
            .labelNames("stage", "outcome")
            .register(registry);
    inFlight =
        Gauge.builder()
            .name("retort_rows_in_flight")
            .help("Rows under way.")
            .labelNames("stage")
            .register(registry);
    shardSeconds =
        Histogram.builder()
            .name("retort_shard_seconds")
            .help("Time of one attempt at a shard that ended in its commit, in seconds.")
            .labelNames("stage")
            .classicUpperBounds(0.1, 1, 5, 15, 60, 300, 900, 3600, 14400)
            .register(registry);
  }

  public void stored(String stage, String outcome) {
    rows.labelValues(stage, outcome).inc();
  }

  void started(String stage) {
    inFlight.labelValues(stage).inc();
  }

  void ended(String stage) {
    inFlight.labelValues(stage).dec();
  }

  void committed(String stage, double seconds) {
    shardSeconds.labelValues(stage).observe(seconds);
  }
}
