package io.retort.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.retort.judge.admission.RequestMemory;
import io.retort.judge.configuration.EndpointsConfiguration;
import io.retort.judge.peer.JudgePeers;
import io.retort.judge.route.Peers;
import io.retort.judge.time.ManualTimer;
import io.retort.tls.ClientTls;
import io.retort.tls.TestCertificate;
import io.retort.v1.JudgePeerServiceGrpc;
import io.retort.v1.ShareCoolDownRequest;
import io.retort.v1.ShareCoolDownResponse;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import io.retort.worker.ServerTls;
import io.retort.worker.TlsFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections to a judge worker, of pipeline workers and of its peers. */
class JudgeTlsTest {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private static TestCertificate first;
  private static TestCertificate second;

  @TempDir Path folder = Path.of("");

  @BeforeAll
  static void generate() {
    first = TestCertificate.generate();
    second = TestCertificate.generate();
  }

  @Test
  void certificatesThatAreReplacedWhileCallsGoOnLoseNone() throws Exception {
    write(first);
    trust(first, second);
    try (JudgeServer server = start();
        ClientTls all = TlsFiles.client(client("all.pem"));
        ClientTls onlySecond = TlsFiles.client(client("second.pem"))) {
      assertThat(check(server, all)).isEqualTo(Status.Code.OK);
      assertThat(check(server, onlySecond)).isEqualTo(Status.Code.UNAVAILABLE);

      write(second);

      ManagedChannel open = channel(server, all);
      long end = System.nanoTime() + LONGEST.toNanos();
      try {
        Status.Code seen = Status.Code.UNAVAILABLE;
        while (seen != Status.Code.OK && System.nanoTime() < end) {
          assertThat(check(open)).as("on a connection that goes on").isEqualTo(Status.Code.OK);
          assertThat(check(server, all)).as("on a new connection").isEqualTo(Status.Code.OK);
          seen = check(server, onlySecond);
        }
        assertThat(seen).isEqualTo(Status.Code.OK);
        assertThat(check(open)).isEqualTo(Status.Code.OK);
      } finally {
        open.shutdownNow();
      }
    }
  }

  @Test
  void whoeverHasNoCertificateOfTheAuthorityCannotConnect() throws Exception {
    write(first);
    trust(first, second);
    try (JudgeServer server = start();
        ClientTls none =
            TlsFiles.client(new Environment(Map.of("RETORT_TLS_CA", file("all.pem").toString())))) {
      assertThat(check(server, none)).isEqualTo(Status.Code.UNAVAILABLE);
    }
    assertThatThrownBy(
            () ->
                JudgeServer.start(
                    new InetSocketAddress("0.0.0.0", 0),
                    new Environment(Map.of()),
                    new EndpointsConfiguration(List.of(), List.of()),
                    Peers.none(),
                    new PrometheusRegistry(),
                    RequestMemory.ofHeap(),
                    new ManualTimer(),
                    Duration.ZERO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("RETORT_TLS=off if something else encrypts");
  }

  @Test
  void peersReportToEachOtherByCertificate() throws Exception {
    write(first);
    trust(first, second);
    BlockingQueue<ShareCoolDownRequest> reported = new LinkedBlockingQueue<>();
    Environment environment = client("all.pem");
    ServerBuilder builder =
        Server.builder()
            .gracefulShutdownTimeoutMillis(0, 0)
            .service(GrpcService.builder().addService(new Recorder(reported)).build());
    ServerTls.listen(builder, environment, loopback());
    try (Server peer = builder.build()) {
      peer.start().join();
      Map<String, String> variables = new HashMap<>(environment.variables());
      variables.put("RETORT_JUDGE_PEERS", "https://localhost:" + peer.activeLocalPort());
      try (JudgePeers peers = JudgePeers.of(new Environment(variables))) {
        peers.start(1);
        peers.share(URI.create("http://127.0.0.1:2/v1"), "model", Duration.ofSeconds(20));
        assertThat(reported.poll(60, TimeUnit.SECONDS))
            .extracting(ShareCoolDownRequest::getModel)
            .isEqualTo("model");
      }
    }
  }

  @Test
  void reportsAreNotSentInTheClearToOtherMachines() {
    for (Map.Entry<String, String> wrong :
        Map.of(
                "192.0.2.1:7401", "reports to peers would be sent without encryption",
                "https://a:1,b:1", "(expected: https:// before each address, or before none)",
                "ftp://a:1", "is no address")
            .entrySet()) {
      assertThatThrownBy(
              () -> JudgePeers.of(new Environment(Map.of("RETORT_JUDGE_PEERS", wrong.getKey()))))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("RETORT_JUDGE_PEERS: ")
          .hasMessageContaining(wrong.getValue());
    }
    JudgePeers.of(new Environment(Map.of("RETORT_JUDGE_PEERS", "http://192.0.2.1:7401"))).close();
  }

  private JudgeServer start() {
    return JudgeServer.start(
        loopback(),
        client("all.pem"),
        new EndpointsConfiguration(List.of(), List.of()),
        Peers.none(),
        new PrometheusRegistry(),
        RequestMemory.ofHeap(),
        new ManualTimer(),
        Duration.ZERO);
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /**
   * Both of a server and of a client, as a judge worker is.
   *
   * @param authorities that a client trusts
   */
  private Environment client(String authorities) {
    return new Environment(
        Map.of(
            "RETORT_TLS_CERT", file("tls.crt").toString(),
            "RETORT_TLS_KEY", file("tls.key").toString(),
            "RETORT_TLS_CA", file(authorities).toString(),
            "RETORT_TLS_CLIENT_CA", file("all.pem").toString(),
            "RETORT_TLS_RELOAD_SECONDS", "1"));
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  /** One file after the other: in between they do not fit. */
  private void write(TestCertificate certificate) throws IOException {
    Path unused = certificate.writeCertificate(file("tls.crt"));
    unused = certificate.writeKey(file("tls.key"));
  }

  private void trust(TestCertificate one, TestCertificate other) throws IOException {
    Path unused = TestCertificate.replace(file("all.pem"), one.pem() + other.pem());
    unused = TestCertificate.replace(file("second.pem"), other.pem());
  }

  /** On a connection of its own. */
  private static Status.Code check(JudgeServer server, ClientTls tls) {
    ManagedChannel channel = channel(server, tls);
    try {
      return check(channel);
    } finally {
      channel.shutdownNow();
    }
  }

  private static Status.Code check(ManagedChannel channel) {
    HealthGrpc.HealthBlockingStub health =
        HealthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(LONGEST.toSeconds(), TimeUnit.SECONDS);
    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                    .isEqualTo(ServingStatus.SERVING));
    return thrown == null ? Status.Code.OK : thrown.getStatus().getCode();
  }

  private static ManagedChannel channel(JudgeServer server, ClientTls tls) {
    return Grpc.newChannelBuilder("localhost:" + server.port(), tls.credentials()).build();
  }

  private static final class Recorder extends JudgePeerServiceGrpc.JudgePeerServiceImplBase {
    private final BlockingQueue<ShareCoolDownRequest> reported;

    Recorder(BlockingQueue<ShareCoolDownRequest> reported) {
      this.reported = reported;
    }

    @Override
    public void shareCoolDown(
        ShareCoolDownRequest request, StreamObserver<ShareCoolDownResponse> observer) {
      reported.add(request);
      observer.onNext(ShareCoolDownResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }
}
