package io.retort.judge;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.grpc.GrpcServiceBuilder;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.retort.judge.admission.RequestMemory;
import io.retort.judge.configuration.EndpointsConfiguration;
import io.retort.judge.peer.PeerRpcs;
import io.retort.judge.route.Endpoints;
import io.retort.judge.route.Peers;
import io.retort.judge.time.Timer;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import io.retort.worker.ServerTls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The gRPC server of a judge worker: JudgeService, JudgePeerService, health, and reflection on
 * loopback. {@link ServerTls} says who can connect.
 */
final class JudgeServer implements AutoCloseable {
  static final int LARGEST_MESSAGE = 16 << 20;

  private static final Duration DEFAULT_DEADLINE = Duration.ofMinutes(10);
  // A caller with more calls queues them itself, where its rows are in memory anyway.
  private static final int LARGEST_CALLS_PER_CONNECTION = 4_096;

  private final Server server;
  private final Endpoints endpoints;
  private final HealthStatusManager health;
  private final JudgeRpcs rpcs;
  private final Duration grace;
  private final AtomicBoolean closed = new AtomicBoolean();

  private JudgeServer(
      Server server,
      Endpoints endpoints,
      HealthStatusManager health,
      JudgeRpcs rpcs,
      Duration grace) {
    this.server = server;
    this.endpoints = endpoints;
    this.health = health;
    this.rpcs = rpcs;
    this.grace = grace;
  }

  /**
   * Starts listening.
   *
   * @param address with port 0 for a free one
   * @param environment has the variables of {@link ServerTls}
   * @param memory of the unanswered requests
   * @param grace how long open calls may continue after {@link #close}
   * @throws ConfigurationException when the address cannot be listened on
   */
  static JudgeServer start(
      InetSocketAddress address,
      Environment environment,
      EndpointsConfiguration configuration,
      Peers peers,
      PrometheusRegistry registry,
      RequestMemory memory,
      Timer timer,
      Duration grace) {
    ServerBuilder builder = Server.builder();
    ServerTls.listen(builder, environment, address);
    JudgeMetrics metrics = new JudgeMetrics(registry, memory);
    Endpoints endpoints =
        new Endpoints(
            configuration, timer, () -> ThreadLocalRandom.current().nextDouble(), peers, metrics);
    JudgeRpcs rpcs =
        new JudgeRpcs(new Judge(endpoints), endpoints, metrics, memory, timer, DEFAULT_DEADLINE);
    HealthStatusManager health = new HealthStatusManager();
    GrpcServiceBuilder watched = GrpcService.builder().addService(health.getHealthService());
    if (address.getAddress().isLoopbackAddress()) {
      watched.addService(ProtoReflectionServiceV1.newInstance());
    }
    Server server =
        builder
            .requestTimeout(DEFAULT_DEADLINE)
            .maxRequestLength(0)
            .http2MaxStreamsPerConnection(LARGEST_CALLS_PER_CONNECTION)
            .gracefulShutdownTimeout(Duration.ZERO, Duration.ZERO)
            .service(
                GrpcService.builder()
                    .addService(rpcs)
                    .addService(new PeerRpcs(endpoints))
                    .maxRequestMessageLength(LARGEST_MESSAGE)
                    .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                    .build())
            .service(
                watched.supportedSerializationFormats(GrpcSerializationFormats.PROTO).build(),
                service -> service.decorate(JudgeServer::withoutTimeout))
            .build();
    try {
      server.start().join();
    } catch (CompletionException e) {
      endpoints.close();
      throw new ConfigurationException(
          "RETORT_PORT: cannot listen on "
              + address
              + ": "
              + e.getCause()
              + " (expected: a free port)",
          e);
    }
    health.setStatus(JudgeServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    return new JudgeServer(server, endpoints, health, rpcs, grace);
  }

  int port() {
    return server.activeLocalPort();
  }

  /**
   * Reports NOT_SERVING, refuses new calls with UNAVAILABLE, lets open calls finish within the
   * grace period, fails the remaining ones with UNAVAILABLE, and stops. Blocks until then.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    health.enterTerminalState();
    try {
      rpcs.drain(grace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop().join();
    endpoints.close();
  }

  /** Health watches have no time limit. */
  private static HttpResponse withoutTimeout(
      HttpService service, ServiceRequestContext context, HttpRequest request) throws Exception {
    context.clearRequestTimeout();
    return service.serve(context, request);
  }
}
