package io.retort.judge;

import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static io.retort.judge.JudgeFixture.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import com.linecorp.armeria.common.HttpResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.retort.judge.admission.RequestMemory;
import io.retort.judge.configuration.EndpointsConfiguration;
import io.retort.judge.route.Peers;
import io.retort.judge.time.ManualTimer;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.worker.ConfigurationException;
import io.retort.worker.Environment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The worker as a gRPC server. */
class JudgeServerTest {
  private static final String MEDIUM = "{\"critique\": \"Balanced.\", \"difficulty\": \"MEDIUM\"}";

  private JudgeFixture fixture;

  @BeforeEach
  void start() {
    fixture = new JudgeFixture(Duration.ofSeconds(30));
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void healthIsServingForTheServerAndTheService() {
    HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(fixture.channel);

    assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertThat(
            health
                .check(
                    HealthCheckRequest.newBuilder()
                        .setService(JudgeServiceGrpc.SERVICE_NAME)
                        .build())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void reflectionListsTheService() throws Exception {
    CompletableFuture<List<String>> names = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(fixture.channel)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    names.complete(
                        response.getListServicesResponse().getServiceList().stream()
                            .map(ServiceResponse::getName)
                            .toList());
                  }

                  @Override
                  public void onError(Throwable thrown) {
                    names.completeExceptionally(thrown);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

    assertThat(names.get(30, TimeUnit.SECONDS)).contains(JudgeServiceGrpc.SERVICE_NAME);
    requests.onCompleted();
  }

  @Test
  void anUnknownMethodIsUnimplemented() {
    MethodDescriptor<EvaluateRequest, EvaluateResponse> unknown =
        JudgeServiceGrpc.getEvaluateMethod().toBuilder()
            .setFullMethodName(JudgeServiceGrpc.SERVICE_NAME + "/Distil")
            .build();

    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    fixture.channel, unknown, io.grpc.CallOptions.DEFAULT, evaluate("judge")));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void aMessageBeyondTheSizeLimitIsRefused() {
    EvaluateRequest large =
        evaluate("judge").toBuilder().setChain("x".repeat(JudgeServer.LARGEST_MESSAGE)).build();

    StatusRuntimeException thrown =
        catchThrowableOfType(StatusRuntimeException.class, () -> fixture.stub().evaluate(large));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(fixture.endpoint.untaken()).isZero();
  }

  @Test
  void aLargeMessageIsServed() {
    fixture.endpoint.then(ScriptedEndpoint.says(MEDIUM));

    EvaluateRequest large = evaluate("judge").toBuilder().setChain("x".repeat(15 << 20)).build();

    assertThat(fixture.stub().evaluate(large).hasVerdict()).isTrue();
  }

  @Test
  void shutdownTellsHealthFinishesOpenCallsAndRefusesNewOnes() throws Exception {
    CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
    fixture.endpoint.then(HttpResponse.of(answer));
    Iterator<HealthCheckResponse> watch =
        HealthGrpc.newBlockingStub(fixture.channel).watch(HealthCheckRequest.getDefaultInstance());
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
    ListenableFuture<EvaluateResponse> open = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();

    CompletableFuture<Void> closing = CompletableFuture.runAsync(fixture.server::close);
    assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    StatusRuntimeException refused = refusedAsSoonAsDraining();
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(closing.isDone()).isFalse();
    answer.complete(ScriptedEndpoint.says(MEDIUM));

    assertThat(open.get().hasVerdict()).isTrue();
    closing.get(30, TimeUnit.SECONDS);
  }

  @Test
  void callsThatOutliveTheGracePeriodAreForced() throws Exception {
    fixture.close();
    fixture = new JudgeFixture(Duration.ZERO);
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> open = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();

    fixture.server.close();

    StatusRuntimeException status = thrownBy(open);
    assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(status).getType()).isEqualTo("SHUTTING_DOWN");
    assertThat(fixture.endpoint.awaitAbandoned()).isTrue();
  }

  @Test
  void aTakenPortIsAConfigurationError() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  JudgeServer.start(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort()),
                      new Environment(Map.of()),
                      new EndpointsConfiguration(List.of(), List.of()),
                      Peers.none(),
                      new PrometheusRegistry(),
                      RequestMemory.ofHeap(),
                      new ManualTimer(),
                      Duration.ZERO))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
  }

  @Test
  void callsAreCountedByMethodEndpointAndOutcome() {
    fixture
        .endpoint
        .then(ScriptedEndpoint.says(MEDIUM))
        .then(ScriptedEndpoint.error(500, "x", "down"));

    fixture.stub().evaluate(evaluate("judge"));
    for (String endpoint : List.of("judge", "made-up")) {
      assertThatThrownBy(() -> fixture.stub().evaluate(evaluate(endpoint)))
          .isInstanceOf(StatusRuntimeException.class);
    }

    assertThat(counter("retort_judge_calls", "Evaluate", "judge", "OK")).isEqualTo(1);
    assertThat(counter("retort_judge_calls", "Evaluate", "judge", "ENDPOINT_UNAVAILABLE"))
        .isEqualTo(1);
    assertThat(counter("retort_judge_calls", "Evaluate", "unknown", "UNKNOWN_ENDPOINT"))
        .isEqualTo(1);
    assertThat(value("retort_judge_tokens", Labels.of("endpoint", "judge", "kind", "prompt")))
        .isEqualTo(10);
    assertThat(fixture.registry.scrape().stream().map(each -> each.getMetadata().getName()))
        .contains(
            "retort_judge_call_seconds",
            "retort_judge_in_flight",
            "retort_judge_cooldown_seconds",
            "retort_judge_concurrency_limit",
            "retort_judge_breaker_open",
            "retort_judge_rate_limits",
            "retort_judge_failovers",
            "retort_judge_request_memory_bytes");
  }

  private StatusRuntimeException refusedAsSoonAsDraining() {
    // Health reports NOT_SERVING before calls are refused: a call in between is served.
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.error(500, "x", "not refused yet"));
    while (true) {
      StatusRuntimeException thrown =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> fixture.stub().evaluate(evaluate("judge")));
      if (failure(thrown).getType().equals("SHUTTING_DOWN")) {
        return thrown;
      }
    }
  }

  private double counter(String name, String method, String endpoint, String outcome) {
    return value(name, Labels.of("method", method, "endpoint", endpoint, "outcome", outcome));
  }

  private double value(String name, Labels labels) {
    return fixture.registry.scrape().stream()
        .filter(each -> each.getMetadata().getName().equals(name))
        .map(CounterSnapshot.class::cast)
        .flatMap(each -> each.getDataPoints().stream())
        .filter(point -> point.getLabels().equals(labels))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }
}
