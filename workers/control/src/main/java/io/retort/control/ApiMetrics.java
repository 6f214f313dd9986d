package io.retort.control;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;

/** Counts and times the calls of the API. */
final class ApiMetrics implements ServerInterceptor {
  private final Counter calls;
  private final Histogram seconds;

  ApiMetrics(PrometheusRegistry registry) {
    calls =
        Counter.builder()
            .name("retort_api_calls_total")
            .help("Calls of the API by method and status code.")
            .labelNames("method", "code")
            .register(registry);
    seconds =
        Histogram.builder()
            .name("retort_api_call_duration_seconds")
            .help("Time from a call's arrival to its status.")
            .unit(Unit.SECONDS)
            .labelNames("method")
            .classicUpperBounds(0.005, 0.02, 0.1, 0.5, 2, 10)
            .register(registry);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = String.valueOf(call.getMethodDescriptor().getBareMethodName());
    long started = System.nanoTime();
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            calls.labelValues(method, status.getCode().name()).inc();
            seconds.labelValues(method).observe((System.nanoTime() - started) / 1e9);
            super.close(status, trailers);
          }
        },
        headers);
  }
}
