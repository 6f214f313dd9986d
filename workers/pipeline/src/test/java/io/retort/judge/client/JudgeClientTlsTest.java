package io.retort.judge.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Grpc;
import io.grpc.Server;
import io.grpc.TlsServerCredentials;
import io.grpc.TlsServerCredentials.ClientAuth;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.retort.tls.TestCertificate;
import io.retort.v1.DescribeRequest;
import io.retort.v1.DescribeResponse;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import io.temporal.failure.ApplicationFailure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeClientTlsTest {
  @TempDir static Path folder = Path.of("");

  private static TestCertificate judge;
  private static TestCertificate pipeline;
  private static Server first;
  private static Server second;
  private static ExecutorService executor;

  @BeforeAll
  static void start() throws Exception {
    judge = TestCertificate.generate();
    pipeline = TestCertificate.generate();
    Path unused = judge.writeCertificate(file("judge.crt"));
    unused = judge.writeKey(file("judge.key"));
    unused = pipeline.writeCertificate(file("pipeline.crt"));
    unused = pipeline.writeKey(file("pipeline.key"));
    first = judge();
    second = judge();
    executor = Executors.newSingleThreadExecutor();
  }

  @AfterAll
  static void stop() {
    first.shutdownNow();
    second.shutdownNow();
    executor.shutdownNow();
  }

  @Test
  void reachesOneJudgeOrSeveralByCertificate() {
    Environment environment = environment("judge.crt");
    for (String addresses :
        List.of(
            "https://localhost:" + first.getPort(),
            "https://localhost:" + first.getPort() + ", https://127.0.0.1:" + second.getPort())) {
      try (JudgeClient client = connect(addresses, environment)) {
        for (int call = 0; call < 4; call++) {
          assertThat(client.describe("judge", List.of()).getModelsList()).containsExactly("large");
        }
      }
    }
  }

  @Test
  void trustsNoJudgeOfAnotherAuthority() {
    String address = "https://localhost:" + first.getPort();
    try (JudgeClient client = connect(address, environment("pipeline.crt"))) {
      assertThatThrownBy(() -> client.describe("judge", List.of()))
          .isInstanceOf(ApplicationFailure.class);
    }
    Environment withoutCertificate =
        new Environment(Map.of("RETORT_TLS_CA", file("judge.crt").toString()));
    try (JudgeClient client = connect(address, withoutCertificate)) {
      assertThatThrownBy(() -> client.describe("judge", List.of()))
          .isInstanceOf(ApplicationFailure.class);
    }
  }

  @Test
  void sendsNoRowInTheClearToAnotherMachine() {
    assertThatThrownBy(() -> connect("192.0.2.1:7401", new Environment(Map.of())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "RETORT_JUDGE_ADDRESSES: 192.0.2.1:7401: rows would be sent without encryption")
        .hasMessageContaining("expected: https://192.0.2.1:7401; http://192.0.2.1:7401 if");
    assertThatThrownBy(() -> connect("https://a:1,b:1", new Environment(Map.of())))
        .hasMessageContaining("(expected: https:// before each address, or before none)");
    assertThatThrownBy(() -> connect("https://a:1", environment("missing.crt")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("missing.crt");
    connect("http://192.0.2.1:7401", new Environment(Map.of())).close();
  }

  private static JudgeClient connect(String addresses, Environment environment) {
    return JudgeClient.connect(addresses, environment, Duration.ofSeconds(30), executor);
  }

  private static Environment environment(String authorities) {
    return new Environment(
        Map.of(
            "RETORT_TLS_CA", file(authorities).toString(),
            "RETORT_TLS_CERT", file("pipeline.crt").toString(),
            "RETORT_TLS_KEY", file("pipeline.key").toString()));
  }

  private static Path file(String name) {
    return folder.resolve(name);
  }

  private static Server judge() throws Exception {
    return Grpc.newServerBuilderForPort(
            0,
            TlsServerCredentials.newBuilder()
                .keyManager(file("judge.crt").toFile(), file("judge.key").toFile())
                .trustManager(file("pipeline.crt").toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build())
        .addService(new HealthStatusManager().getHealthService())
        .addService(new Large())
        .build()
        .start();
  }

  private static final class Large extends JudgeServiceGrpc.JudgeServiceImplBase {
    @Override
    public void describe(DescribeRequest request, StreamObserver<DescribeResponse> observer) {
      observer.onNext(DescribeResponse.newBuilder().addModels("large").build());
      observer.onCompleted();
    }
  }
}
