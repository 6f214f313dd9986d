package io.retort.judge;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import io.retort.judge.endpoint.EndpointObserver;
import io.retort.v1.Usage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The worker's metrics. Labels are methods, configured endpoints and outcomes, never rows. */
final class JudgeMetrics implements EndpointObserver {
  static final String OK = "OK";

  private final Map<String, Supplier<Duration>> coolDowns = new ConcurrentHashMap<>();
  private final Counter calls;
  private final Histogram seconds;
  private final Counter tokens;
  private final Gauge inFlight;

  JudgeMetrics(PrometheusRegistry registry) {
    calls =
        Counter.builder()
            .name("retort_judge_calls_total")
            .help("Answered gRPC calls.")
            .labelNames("method", "endpoint", "outcome")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("retort_judge_call_seconds")
            .help("Time from the arrival of a gRPC call to its answer, waits included.")
            .unit(Unit.SECONDS)
            .labelNames("method", "endpoint")
            .classicUpperBounds(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
            .register(registry);
    tokens =
        Counter.builder()
            .name("retort_judge_tokens_total")
            .help("Tokens that endpoints counted; reasoning tokens are among the completion's.")
            .labelNames("endpoint", "kind")
            .register(registry);
    inFlight =
        Gauge.builder()
            .name("retort_judge_in_flight")
            .help("Calls sent to an endpoint and not yet answered.")
            .labelNames("endpoint")
            .register(registry);
    GaugeWithCallback.builder()
        .name("retort_judge_cooldown_seconds")
        .help("What is left of the time in which an endpoint's rate limit lets nothing be sent.")
        .unit(Unit.SECONDS)
        .labelNames("endpoint")
        .callback(
            callback ->
                coolDowns.forEach(
                    (endpoint, remaining) ->
                        callback.call(remaining.get().toMillis() / 1000.0, endpoint)))
        .register(registry);
  }

  /**
   * @param endpoint a configured name, or "unknown"
   * @param outcome {@link #OK} or the failure's type
   */
  void called(String method, String endpoint, String outcome, Duration duration) {
    calls.labelValues(method, endpoint, outcome).inc();
    seconds.labelValues(method, endpoint).observe(duration.toNanos() / 1e9);
  }

  @Override
  public void sent(String endpoint) {
    inFlight.labelValues(endpoint).inc();
  }

  @Override
  public void finished(String endpoint) {
    inFlight.labelValues(endpoint).dec();
  }

  @Override
  public void counted(String endpoint, Usage usage) {
    tokens.labelValues(endpoint, "prompt").inc(usage.getPromptTokens());
    tokens.labelValues(endpoint, "completion").inc(usage.getCompletionTokens());
    tokens.labelValues(endpoint, "reasoning").inc(usage.getReasoningTokens());
  }

  @Override
  public void coolDown(String endpoint, Supplier<Duration> remaining) {
    coolDowns.put(endpoint, remaining);
  }
}
