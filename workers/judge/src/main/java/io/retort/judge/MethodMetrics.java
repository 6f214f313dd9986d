package io.retort.judge;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The metrics of one gRPC method, by endpoint or route. */
final class MethodMetrics {
  private final JudgeMetrics metrics;
  private final String method;
  private final Map<String, CallMetrics> byEndpoint = new ConcurrentHashMap<>();

  MethodMetrics(JudgeMetrics metrics, String method) {
    this.metrics = metrics;
    this.method = method;
  }

  String method() {
    return method;
  }

  /**
   * @param endpoint a configured name, or "unknown"
   */
  CallMetrics of(String endpoint) {
    return byEndpoint.computeIfAbsent(endpoint, name -> metrics.calls(method, name));
  }
}
