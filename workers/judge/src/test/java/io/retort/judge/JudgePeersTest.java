package io.retort.judge;

import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.retort.judge.peer.JudgePeers;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.JudgePeerServiceGrpc;
import io.retort.v1.ShareCoolDownRequest;
import io.retort.v1.ShareCoolDownResponse;
import io.retort.worker.Environment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Cool-downs that workers of the same endpoints report to each other. */
class JudgePeersTest {
  private static final String MEDIUM = "{\"critique\": \"Balanced.\", \"difficulty\": \"MEDIUM\"}";
  private static final Duration JITTER = Duration.ofMillis(2_001);

  private JudgeFixture fixture;

  @BeforeEach
  void start() {
    fixture = new JudgeFixture();
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.says(MEDIUM));
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aReportedCoolDownIsWaitedOut() throws Exception {
    report(coolDown(20));

    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.timer.awaitAlarms(2);
    fixture.timer.advance(Duration.ofMillis(19_999));
    assertThat(fixture.endpoint.untaken()).isZero();
    fixture.timer.advance(JITTER);

    assertThat(call.get().hasVerdict()).isTrue();
  }

  @Test
  void anotherModelOrAddressIsNotCooledDown() {
    report(coolDown(20).toBuilder().setModel("other-model").build());
    report(coolDown(20).toBuilder().setBaseUrl("http://127.0.0.1:2/v1").build());

    assertThat(fixture.stub().evaluate(evaluate("judge")).hasVerdict()).isTrue();
  }

  @Test
  void noPeerCanStopAWorkerForMoreThanAnHour() throws Exception {
    report(coolDown(1_000_000));

    StatusRuntimeException thrown = callOf("judge");

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(JudgeFixture.detail(thrown, RetryInfo.class))
        .hasValueSatisfying(
            retry -> assertThat(retry.getRetryDelay().getSeconds()).isBetween(3_530L, 3_541L));
  }

  @Test
  void whatIsNoCoolDownIsInvalid() {
    for (long seconds : new long[] {0, -1}) {
      StatusRuntimeException thrown =
          catchThrowableOfType(StatusRuntimeException.class, () -> report(coolDown(seconds)));
      assertThat(failure(thrown).getMessage())
          .isEqualTo("cool_down: " + seconds + " s (expected: > 0)");
    }
    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> report(coolDown(1).toBuilder().setBaseUrl("not an address").build()));
    assertThat(failure(thrown).getMessage()).startsWith("base_url: \"not an address\"");
  }

  @Test
  void aRateLimitIsReportedToTheOtherWorkers() throws Exception {
    BlockingQueue<ShareCoolDownRequest> reported = new LinkedBlockingQueue<>();
    try (Server peer = peer(reported);
        JudgePeers peers = peers("127.0.0.1:" + peer.activeLocalPort() + ",127.0.0.1:1");
        JudgeFixture worker = new JudgeFixture(Duration.ZERO, fixture.endpoint.baseUrl(), peers)) {
      peers.start(worker.server.port());
      assertThat(peers.workers()).isEqualTo(3);
      fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "20"));

      ListenableFuture<EvaluateResponse> limited = worker.futureStub().evaluate(evaluate("other"));

      assertThat(reported.poll(30, TimeUnit.SECONDS))
          .isEqualTo(coolDown(20).toBuilder().setModel("other-model").build());
      worker.timer.awaitAlarms(2);
      worker.timer.advance(Duration.ofSeconds(20).plus(JITTER));
      assertThat(limited.get().hasVerdict()).isTrue();
      assertThat(reported).isEmpty();
    }
  }

  private static JudgePeers peers(String addresses) {
    return JudgePeers.of(new Environment(Map.of("RETORT_JUDGE_PEERS", addresses)));
  }

  private static Server peer(BlockingQueue<ShareCoolDownRequest> reported) {
    Server server =
        Server.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .gracefulShutdownTimeoutMillis(0, 0)
            .service(
                GrpcService.builder()
                    .addService(
                        new JudgePeerServiceGrpc.JudgePeerServiceImplBase() {
                          @Override
                          public void shareCoolDown(
                              ShareCoolDownRequest request,
                              StreamObserver<ShareCoolDownResponse> observer) {
                            reported.add(request);
                            observer.onNext(ShareCoolDownResponse.getDefaultInstance());
                            observer.onCompleted();
                          }
                        })
                    .build())
            .build();
    server.start().join();
    return server;
  }

  private StatusRuntimeException callOf(String endpoint) throws Exception {
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate(endpoint));
    fixture.timer.awaitAlarms(2);
    fixture.timer.advance(Duration.ofSeconds(60));
    return JudgeFixture.thrownBy(call);
  }

  private void report(ShareCoolDownRequest request) {
    JudgePeerServiceGrpc.newBlockingStub(fixture.channel).shareCoolDown(request);
  }

  private ShareCoolDownRequest coolDown(long seconds) {
    return ShareCoolDownRequest.newBuilder()
        .setBaseUrl(fixture.endpoint.baseUrl().toString())
        .setModel("some-model")
        .setCoolDown(com.google.protobuf.Duration.newBuilder().setSeconds(seconds))
        .build();
  }
}
