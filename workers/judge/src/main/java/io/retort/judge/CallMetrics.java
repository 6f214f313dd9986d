package io.retort.judge;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;

/** The metrics of one method's calls for one endpoint or route. */
final class CallMetrics {
  private final Counter calls;
  private final CounterDataPoint answered;
  private final DistributionDataPoint seconds;
  private final String method;
  private final String endpoint;

  CallMetrics(Counter calls, DistributionDataPoint seconds, String method, String endpoint) {
    this.calls = calls;
    this.answered = calls.labelValues(method, endpoint, JudgeMetrics.OK);
    this.seconds = seconds;
    this.method = method;
    this.endpoint = endpoint;
  }

  void answered(long nanos) {
    answered.inc();
    seconds.observe(nanos / 1e9);
  }

  /**
   * @param type of the failure
   */
  void failed(String type, long nanos) {
    calls.labelValues(method, endpoint, type).inc();
    seconds.observe(nanos / 1e9);
  }
}
