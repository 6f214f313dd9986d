package io.retort.judge;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import io.retort.judge.admission.RequestMemory;
import io.retort.judge.route.EndpointObserver;
import io.retort.judge.route.EndpointObservers;
import io.retort.judge.route.EndpointState;
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

  JudgeMetrics(PrometheusRegistry registry, RequestMemory memory) {
    calls =
        Counter.builder()
            .name("retort_judge_calls_total")
            .help("Answered gRPC calls.")
            .labelNames("method", "endpoint", "outcome")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("retort_judge_call_seconds")
            .help("Time from the arrival of a gRPC call to its answer, including waits.")
            .unit(Unit.SECONDS)
            .labelNames("method", "endpoint")
            .classicOnly()
            .classicUpperBounds(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
            .register(registry);
    tokens =
        Counter.builder()
            .name("retort_judge_tokens_total")
            .help("Tokens reported by endpoints; completion tokens include reasoning tokens.")
            .labelNames("endpoint", "kind")
            .register(registry);
    limits =
        Counter.builder()
            .name("retort_judge_rate_limits_total")
            .help("Calls refused by an endpoint's rate limit; each is repeated.")
            .labelNames("endpoint")
            .register(registry);
    failovers =
        Counter.builder()
            .name("retort_judge_failovers_total")
            .help("Failovers of a route, by the endpoint that failed and the type of its failure.")
            .labelNames("route", "endpoint", "type")
            .register(registry);
    inFlight =
        Gauge.builder()
            .name("retort_judge_in_flight")
            .help("Calls sent to an endpoint and not yet answered.")
            .labelNames("endpoint")
            .register(registry);
    GaugeWithCallback.builder()
        .name("retort_judge_request_memory_bytes")
        .help("Memory reserved for unanswered requests; a quarter of the heap at most.")
        .unit(Unit.BYTES)
        .callback(callback -> callback.call((double) memory.held()))
        .register(registry);
    state(
            "retort_judge_concurrency_limit",
            "Concurrent calls that an endpoint is estimated to sustain.")
        .callback(callback -> each(callback, EndpointState::concurrencyLimit))
        .register(registry);
    state(
            "retort_judge_breaker_open",
            "1 while an endpoint's circuit breaker is open or half-open, else 0.")
        .callback(callback -> each(callback, state -> state.isBreakerOpen() ? 1 : 0))
        .register(registry);
    state(
            "retort_judge_cooldown_seconds",
            "Remaining time in which no call is sent to an endpoint, because of a rate limit or outage.")
        .unit(Unit.SECONDS)
        .callback(callback -> each(callback, state -> state.coolDown().toMillis() / 1000.0))
        .register(registry);
  }

  /**
   * The metrics of one method's calls for one endpoint or route; callers keep them.
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

  /** Resolves its labels once instead of on each call. */
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
