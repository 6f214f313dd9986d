package io.retort.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.retort.tls.TestCertificate;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporalTlsTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir Path folder = Path.of("");

  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  @Test
  void connectsByCertificateAndApiKey() throws Exception {
    TestCertificate server = TestCertificate.generate();
    TestCertificate client = TestCertificate.generate();
    Path authorities = server.writeCertificate(folder.resolve("server.crt"));
    Path known = client.writeCertificate(folder.resolve("client.crt"));
    Server temporal =
        Grpc.newServerBuilderForPort(
                0,
                TlsServerCredentials.newBuilder()
                    .keyManager(
                        authorities.toFile(),
                        server.writeKey(folder.resolve("server.key")).toFile())
                    .trustManager(known.toFile())
                    .clientAuth(ClientAuth.REQUIRE)
                    .build())
            .addService(new Health())
            .addService(new Workflows())
            .intercept(new Reader())
            .build()
            .start();
    Map<String, String> variables = new HashMap<>();
    // Its certificate is for localhost, as TEMPORAL_TLS_SERVER_NAME says.
    variables.put("TEMPORAL_ADDRESS", "127.0.0.1:" + temporal.getPort());
    variables.put("TEMPORAL_API_KEY", "secret");
    variables.put("TEMPORAL_TLS_SERVER_NAME", "localhost");
    variables.put("TEMPORAL_TLS_SERVER_CA_CERT_PATH", authorities.toString());
    try (MetricsServer metrics = MetricsServer.start(new Environment(Map.of()))) {
      assertThatThrownBy(() -> connect(variables, metrics, Duration.ofSeconds(2)))
          .as("without a certificate of its own")
          .isInstanceOf(StatusRuntimeException.class);
      assertThat(authorizations).isEmpty();

      variables.put("TEMPORAL_TLS_CLIENT_CERT_PATH", known.toString());
      variables.put(
          "TEMPORAL_TLS_CLIENT_KEY_PATH", client.writeKey(folder.resolve("client.key")).toString());
      connect(variables, metrics, Duration.ofSeconds(60));
      assertThat(authorizations).isNotEmpty().containsOnly("Bearer secret");
    } finally {
      temporal.shutdownNow();
    }
  }

  @Test
  void anotherMachineNeedsTlsUnlessItIsOff() throws Exception {
    try (MetricsServer metrics = MetricsServer.start(new Environment(Map.of()))) {
      assertThatThrownBy(() -> open(Map.of("TEMPORAL_ADDRESS", "192.0.2.1:7233"), metrics))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("TEMPORAL_ADDRESS: 192.0.2.1:7233: runs would be sent without")
          .hasMessageContaining("TEMPORAL_TLS=false if something else encrypts");
      for (String setting : List.of("true", "false")) {
        try (TemporalConnection connection =
            open(Map.of("TEMPORAL_ADDRESS", "192.0.2.1:7233", "TEMPORAL_TLS", setting), metrics)) {
          assertThat(connection.client().getWorkflowServiceStubs().getOptions().getTarget())
              .isEqualTo("192.0.2.1:7233");
        }
      }
      assertThatThrownBy(
              () ->
                  open(
                      Map.of(
                          "TEMPORAL_ADDRESS",
                          "192.0.2.1:7233",
                          "TEMPORAL_TLS_CLIENT_CERT_PATH",
                          "/a.crt"),
                      metrics))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("one is not set");
    }
  }

  @Test
  void namesOfGrpcAreAddresses() throws Exception {
    try (MetricsServer metrics = MetricsServer.start(new Environment(Map.of()))) {
      for (String address :
          List.of(
              "dns:///localhost:7233", "dns:127.0.0.1:7233", "dns://192.0.2.53/localhost:7233")) {
        try (TemporalConnection connection = open(Map.of("TEMPORAL_ADDRESS", address), metrics)) {
          assertThat(connection.client().getWorkflowServiceStubs().getOptions().getTarget())
              .isEqualTo(address);
        }
      }
      for (String address : List.of("dns:///192.0.2.1:7233", "dns://localhost/192.0.2.1:7233")) {
        assertThatThrownBy(() -> open(Map.of("TEMPORAL_ADDRESS", address), metrics))
            .isInstanceOf(ConfigurationException.class)
            .hasMessageContaining("runs would be sent without encryption");
        try (TemporalConnection connection =
            open(Map.of("TEMPORAL_ADDRESS", address, "TEMPORAL_TLS", "true"), metrics)) {
          assertThat(connection.client()).isNotNull();
        }
      }
    }
  }

  private static TemporalConnection open(Map<String, String> variables, MetricsServer metrics) {
    return TemporalConnection.open(new Environment(variables), metrics);
  }

  private static void connect(Map<String, String> variables, MetricsServer metrics, Duration limit)
      throws Exception {
    try (TemporalConnection connection = open(variables, metrics)) {
      connection.connect(limit);
    }
  }

  private static final class Health extends HealthGrpc.HealthImplBase {
    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
      observer.onNext(
          HealthCheckResponse.newBuilder()
              .setStatus(HealthCheckResponse.ServingStatus.SERVING)
              .build());
      observer.onCompleted();
    }
  }

  private static final class Workflows extends WorkflowServiceGrpc.WorkflowServiceImplBase {
    @Override
    public void getSystemInfo(
        GetSystemInfoRequest request, StreamObserver<GetSystemInfoResponse> observer) {
      observer.onNext(GetSystemInfoResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  private final class Reader implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      authorizations.add(String.valueOf(headers.get(AUTHORIZATION)));
      return next.startCall(call, headers);
    }
  }
}
