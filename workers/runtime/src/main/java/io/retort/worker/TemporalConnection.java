package io.retort.worker;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.envconfig.ClientConfigProfile;
import io.temporal.envconfig.LoadClientConfigProfileOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A connection to Temporal, configured by Temporal's standard variables: {@code TEMPORAL_ADDRESS},
 * {@code TEMPORAL_NAMESPACE}, {@code TEMPORAL_API_KEY}, {@code TEMPORAL_TLS_*} or a profile file;
 * see {@link TemporalTls}.
 */
public final class TemporalConnection implements AutoCloseable {
  private static final long RECONNECT_MILLISECONDS = 500;

  private final WorkflowServiceStubs service;
  private final WorkflowClient client;
  private final TemporalTls tls;

  private TemporalConnection(WorkflowServiceStubs service, WorkflowClient client, TemporalTls tls) {
    this.service = service;
    this.client = client;
    this.tls = tls;
  }

  /**
   * Connects lazily: an unreachable server causes a failure in the first call.
   *
   * @throws ConfigurationException if the variables are not well-formed, or another machine would
   *     be reached without encryption
   */
  public static TemporalConnection open(Environment environment, MetricsServer metrics) {
    try {
      ClientConfigProfile profile =
          ClientConfigProfile.load(
              LoadClientConfigProfileOptions.newBuilder()
                  .setEnvOverrides(environment.variables())
                  .build());
      TemporalTls tls = TemporalTls.of(environment, profile);
      WorkflowServiceStubs service =
          WorkflowServiceStubs.newServiceStubs(
              tls.addTo(
                      WorkflowServiceStubsOptions.newBuilder(
                          profile.toWorkflowServiceStubsOptions()))
                  .setMetricsScope(metrics.temporalScope())
                  .validateAndBuildWithDefaults());
      WorkflowClientOptions options = profile.toWorkflowClientOptions();
      return new TemporalConnection(service, WorkflowClient.newInstance(service, options), tls);
    } catch (IOException e) {
      throw new ConfigurationException(
          "TEMPORAL_*: " + e.getMessage() + " (expected: a valid Temporal profile)", e);
    }
  }

  /**
   * Waits until the server answers. The SDK itself gives up after a few seconds, which is too short
   * for a server or a process that has just started.
   *
   * @throws StatusRuntimeException if the server does not answer within {@code limit}, or refuses
   */
  public void connect(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (true) {
      try {
        service.connect(limit);
        return;
      } catch (StatusRuntimeException e) {
        Code code = e.getStatus().getCode();
        boolean passing = code == Code.UNAVAILABLE || code == Code.DEADLINE_EXCEEDED;
        if (!passing || System.nanoTime() - end > 0) {
          throw e;
        }
      }
      Thread.sleep(RECONNECT_MILLISECONDS);
    }
  }

  public WorkflowClient client() {
    return client;
  }

  public WorkerFactory newWorkerFactory() {
    return WorkerFactory.newInstance(client);
  }

  @Override
  public void close() {
    service.shutdown();
    if (!service.awaitTermination(5, TimeUnit.SECONDS)) {
      service.shutdownNow();
    }
    tls.close();
  }
}
