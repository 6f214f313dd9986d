package io.retort.http;

import com.google.common.net.InetAddresses;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import com.linecorp.armeria.server.healthcheck.HealthCheckService;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.UnaryOperator;

/**
 * Everything that the control plane serves over HTTP besides gRPC and pages: {@code /v1/}, {@code
 * /openapi.json}, {@code /healthz} and {@code /metrics}.
 */
public final class HttpApi {
  /** Calls of other systems, which prove who they are in ways of their own. */
  public static final String HOOKS = "/v1/hooks/";

  /**
   * @param grpc with all services and interceptors; each rpc with a {@code google.api.http} option
   *     is served under its path, through the same interceptors
   * @param host address to which the server is bound
   * @param allowedHosts names under which clients reach it, separated by commas; may be empty
   * @param guard lets only those read the metrics who may
   * @throws IllegalArgumentException if an rpc has an option that cannot be served
   */
  public static void addTo(
      ServerBuilder server,
      GrpcService grpc,
      PrometheusRegistry metrics,
      String host,
      String allowedHosts,
      UnaryOperator<HttpService> guard) {
    HttpRoutes routes = new HttpRoutes(grpc.methods().values());
    HttpData openApi = HttpData.ofUtf8(OpenApi.of(routes.all()));
    server
        .serviceUnder("/v1/", new JsonApi(routes))
        .service(
            "/openapi.json",
            (context, request) -> HttpResponse.of(HttpStatus.OK, MediaType.JSON_UTF_8, openApi))
        .service("/healthz", HealthCheckService.of())
        .service("/metrics", guard.apply(new MetricsEndpoint(metrics)))
        .decorator(new OriginCheck(isLoopback(host), allowedHosts))
        .errorHandler(new ProblemErrors());
  }

  /** Whether an address to listen on is reached from this machine alone. */
  public static boolean isLoopback(String host) {
    return host.equals("localhost")
        || (InetAddresses.isInetAddress(host) && InetAddresses.forString(host).isLoopbackAddress());
  }

  private HttpApi() {}
}
