package io.retort.judge;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import io.retort.judge.endpoint.EndpointObserver;
import io.retort.judge.endpoint.EndpointObservers;
import io.retort.judge.endpoint.EndpointState;
import io.retort.v1.Usage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;

/** The worker's metrics. Labels are methods, configured names and outcomes, never rows. */
final class JudgeMetrics implements EndpointObservers {
  static final String OK = "OK";

  private final List<EndpointState> states = new CopyOnWriteArrayList<>();
  private final Counter calls;
  private final Histogram seconds;
  private final Counter tokens;
  private final Counter limits;
  private final Counter failovers;
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
            .classicOnly()
            .classicUpperBounds(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
            .register(registry);
    tokens =
        Counter.builder()
            .name("retort_judge_tokens_total")
            .help("Tokens that endpoints counted; reasoning tokens are among the completion's.")
            .labelNames("endpoint", "kind")
            .register(registry);
    limits =
        Counter.builder()
            .name("retort_judge_rate_limits_total")
            .help("Calls that an endpoint's rate limit refused; each is made again.")
            .labelNames("endpoint")
            .register(registry);
    failovers =
        Counter.builder()
            .name("retort_judge_failovers_total")
            .help("Calls that a route made of its next endpoint, by the one that failed and how.")
            .labelNames("route", "endpoint", "type")
            .register(registry);
    inFlight =
        Gauge.builder()
            .name("retort_judge_in_flight")
            .help("Calls sent to an endpoint and not yet answered.")
            .labelNames("endpoint")
            .register(registry);
    state("retort_judge_concurrency_limit", "Calls that an endpoint is thought to take at once.")
        .callback(callback -> each(callback, EndpointState::concurrencyLimit))
        .register(registry);
    state("retort_judge_breaker_open", "1 while an endpoint is asked for trial only, else 0.")
        .callback(callback -> each(callback, state -> state.isBreakerOpen() ? 1 : 0))
        .register(registry);
    state(
            "retort_judge_cooldown_seconds",
            "What is left of the time in which an endpoint's rate limit lets nothing be sent.")
        .unit(Unit.SECONDS)
        .callback(callback -> each(callback, state -> state.coolDown().toMillis() / 1000.0))
        .register(registry);
  }

  /**
   * The calls of one method for one name, to be kept and used again.
   *
   * @param endpoint a configured name, or "unknown"
   */
  CallMetrics calls(String method, String endpoint) {
    return new CallMetrics(calls, seconds.labelValues(method, endpoint), method, endpoint);
  }

  @Override
  public EndpointObserver endpoint(EndpointState state) {
    states.add(state);
    return new OneEndpoint(state.name());
  }

  @Override
  public void failedOver(String route, String endpoint, String type) {
    failovers.labelValues(route, endpoint, type).inc();
  }

  private static GaugeWithCallback.Builder state(String name, String help) {
    return GaugeWithCallback.builder().name(name).help(help).labelNames("endpoint");
  }

  private void each(GaugeWithCallback.Callback callback, ToDoubleFunction<EndpointState> value) {
    for (EndpointState state : states) {
      callback.call(value.applyAsDouble(state), state.name());
    }
  }

  /** Looks its label values up once, not with each call. */
  private final class OneEndpoint implements EndpointObserver {
    private final GaugeDataPoint open;
    private final CounterDataPoint refused;
    private final CounterDataPoint prompt;
    private final CounterDataPoint completion;
    private final CounterDataPoint reasoning;

    OneEndpoint(String name) {
      open = inFlight.labelValues(name);
      refused = limits.labelValues(name);
      prompt = tokens.labelValues(name, "prompt");
      completion = tokens.labelValues(name, "completion");
      reasoning = tokens.labelValues(name, "reasoning");
    }

    @Override
    public void sent() {
      open.inc();
    }

    @Override
    public void finished() {
      open.dec();
    }

    @Override
    public void counted(Usage usage) {
      prompt.inc(usage.getPromptTokens());
      completion.inc(usage.getCompletionTokens());
      reasoning.inc(usage.getReasoningTokens());
    }

    @Override
    public void limited() {
      refused.inc();
    }
  }
}
