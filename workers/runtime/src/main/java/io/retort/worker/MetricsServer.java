package io.retort.worker;

import com.uber.m3.tally.RootScopeBuilder;
import com.uber.m3.tally.Scope;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.temporal.common.reporter.MicrometerClientStatsReporter;
import java.io.IOException;

/**
 * The Prometheus endpoint of a process: the project's collectors, the JVM's and the Temporal SDK's
 * metrics on one registry.
 *
 * <p>{@code RETORT_METRICS_PORT} is the port, 0 (the default) for a free one; {@code
 * RETORT_METRICS_HOST} is the address to listen on, by default the loopback address.
 */
public final class MetricsServer implements AutoCloseable {
  private static final com.uber.m3.util.Duration REPORT_EVERY =
      com.uber.m3.util.Duration.ofSeconds(1);

  private final PrometheusRegistry registry;
  private final Scope temporalScope;
  private final HTTPServer server;

  private MetricsServer(PrometheusRegistry registry, Scope temporalScope, HTTPServer server) {
    this.registry = registry;
    this.temporalScope = temporalScope;
    this.server = server;
  }

  /**
   * @throws ConfigurationException if the port is not available
   */
  public static MetricsServer start(Environment environment) {
    int port = environment.integer("RETORT_METRICS_PORT", 0);
    PrometheusRegistry registry = new PrometheusRegistry();
    JvmMetrics.builder().register(registry);
    PrometheusMeterRegistry meters =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, registry, Clock.SYSTEM);
    meters.config().meterFilter(new TemporalMeters());
    Scope scope =
        new RootScopeBuilder()
            .reporter(new MicrometerClientStatsReporter(meters))
            .reportEvery(REPORT_EVERY);
    try {
      HTTPServer server =
          HTTPServer.builder()
              .hostname(environment.get("RETORT_METRICS_HOST", "127.0.0.1"))
              .port(port)
              .registry(registry)
              .buildAndStart();
      return new MetricsServer(registry, scope, server);
    } catch (IOException e) {
      throw new ConfigurationException(
          "RETORT_METRICS_PORT: "
              + port
              + " cannot be listened on: "
              + e.getMessage()
              + " (expected: a free port)",
          e);
    }
  }

  public PrometheusRegistry registry() {
    return registry;
  }

  /** The scope to which the Temporal SDK reports. */
  public Scope temporalScope() {
    return temporalScope;
  }

  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.close();
  }
}
