package io.retort.judge;

import static io.retort.judge.JudgeFixture.context;
import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static io.retort.judge.JudgeFixture.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.common.HttpResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.retort.v1.DescribeRequest;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.FailureCategory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several endpoints under one name, and endpoints that fail. */
class JudgeRoutesTest {
  private static final String MEDIUM = "{\"critique\": \"Balanced.\", \"difficulty\": \"MEDIUM\"}";

  private ScriptedEndpoint other;
  private JudgeFixture fixture;

  @BeforeEach
  void start() {
    other = ScriptedEndpoint.start();
    other.otherwise(request -> ScriptedEndpoint.says(MEDIUM));
    fixture = new JudgeFixture(Duration.ofSeconds(30), other.baseUrl());
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.says(MEDIUM));
  }

  @AfterEach
  void stop() {
    fixture.close();
    // Netty's event loops take seconds to end; no test waits for that.
    CompletableFuture<Void> unused = CompletableFuture.runAsync(other::close);
  }

  @Test
  void rowsAreSpreadAndTheSameRowGoesToTheSameEndpoint() throws InterruptedException {
    Set<String> first = modelsOfRows("row");
    int judged = fixture.endpoint.untaken();

    assertThat(judged).isBetween(1, 63);
    assertThat(other.untaken()).isEqualTo(64 - judged);
    assertThat(modelsOfRows("row")).isEqualTo(first);
    assertThat(fixture.endpoint.untaken()).isEqualTo(2 * judged);
  }

  @Test
  void withoutARowTheProblemDecides() {
    for (int problem = 0; problem < 64; problem++) {
      assertThat(
              fixture
                  .stub()
                  .evaluate(evaluate("both").toBuilder().setProblem("P" + problem).build())
                  .hasVerdict())
          .isTrue();
    }

    assertThat(fixture.endpoint.untaken()).isBetween(1, 63);
    assertThat(other.untaken()).isEqualTo(64 - fixture.endpoint.untaken());
  }

  @Test
  void anEndpointThatCannotBeReachedIsReplaced() {
    EvaluateResponse response = fixture.stub().evaluate(evaluate("down-judge"));

    assertThat(response.hasVerdict()).isTrue();
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);
    assertThat(failovers("down-judge", "down", "ENDPOINT_UNAVAILABLE")).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "500, ENDPOINT_UNAVAILABLE",
    "401, ENDPOINT_REFUSED",
    "404, ENDPOINT_REFUSED",
    "402, QUOTA_EXHAUSTED",
    "400, BAD_REQUEST",
    "422, BAD_REQUEST"
  })
  void anEndpointThatRefusesIsReplacedAndMetered(int status, String type) {
    other.then(ScriptedEndpoint.error(status, "x", "said the endpoint"));

    assertThat(fixture.stub().evaluate(evaluate("other-judge")).hasVerdict()).isTrue();
    assertThat(other.untaken()).isEqualTo(1);
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);
    assertThat(failovers("other-judge", "other", type)).isEqualTo(1);
  }

  @Test
  void anEndpointThatHangsIsReplacedAfterItsTimeout() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> call =
        fixture.futureStub().evaluate(evaluate("reasoner-other"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    fixture.timer.advance(Duration.ofSeconds(20));

    assertThat(call.get().hasVerdict()).isTrue();
    assertThat(other.untaken()).isEqualTo(1);
    assertThat(failovers("reasoner-other", "reasoner", "ENDPOINT_TIMEOUT")).isEqualTo(1);
  }

  @Test
  void aHangUpToTheDeadlineLeavesTimeForTheNextEndpoint() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> call =
        fixture.futureStub().evaluate(evaluate("judge-other"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    fixture.timer.advance(Duration.ofSeconds(30));

    assertThat(call.get().hasVerdict()).isTrue();
    assertThat(other.untaken()).isEqualTo(1);
    assertThat(failovers("judge-other", "judge", "ENDPOINT_TIMEOUT")).isEqualTo(1);
  }

  @Test
  void aRateLimitIsWaitedOutUnlessItOutlastsTheDeadline() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "20"));
    ListenableFuture<EvaluateResponse> waits =
        fixture.futureStub().evaluate(evaluate("judge-other"));
    fixture.endpoint.take();
    awaitRateLimit("judge");
    fixture.timer.awaitAlarms(2);
    fixture.timer.advance(Duration.ofSeconds(23));
    assertThat(waits.get().hasVerdict()).isTrue();
    assertThat(other.untaken()).isZero();

    fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "3600"));
    assertThat(fixture.stub().evaluate(evaluate("judge-other")).hasVerdict()).isTrue();
    assertThat(other.untaken()).isEqualTo(1);
    assertThat(failovers("judge-other", "judge", "RATE_LIMITED")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {503, 529})
  void anEndpointThatIsNotWellIsReplacedForAsLongAsItSays(int status) {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(status, "20"));

    for (int call = 0; call < 3; call++) {
      assertThat(fixture.stub().evaluate(evaluate("judge-other")).hasVerdict()).isTrue();
    }
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);
    assertThat(other.untaken()).isEqualTo(3);
    assertThat(failovers("judge-other", "judge", "ENDPOINT_UNAVAILABLE")).isEqualTo(3);

    fixture.timer.advance(Duration.ofSeconds(20));
    assertThat(fixture.stub().evaluate(evaluate("judge-other")).hasVerdict()).isTrue();
    assertThat(fixture.endpoint.untaken()).isEqualTo(2);
    assertThat(other.untaken()).isEqualTo(3);
  }

  @Test
  void anEndpointThatSaysThatItIsNotWellOpensItsBreaker() {
    for (int failures = 0; failures < 10; failures++) {
      fixture.endpoint.then(ScriptedEndpoint.retryAfter(503, "0.5"));
      assertThat(fixture.stub().evaluate(evaluate("judge-other")).hasVerdict()).isTrue();
      fixture.timer.advance(Duration.ofMillis(500));
    }

    assertThat(breakerOpen("judge")).isEqualTo(1);
    assertThat(other.untaken()).isEqualTo(10);
  }

  @Test
  void aUselessAnswerIsNotAskedElsewhere() {
    other.then(ScriptedEndpoint.says(""));

    assertThat(failure(fails("other-judge")).getType()).isEqualTo("EMPTY");
    assertThat(fixture.endpoint.untaken()).isZero();
  }

  @Test
  void whenAllEndpointsFailATransientFailureIsReported() {
    other.then(ScriptedEndpoint.error(401, "auth", "bad key"));

    StatusRuntimeException thrown = fails("down-other");

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(thrown).getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_PLATFORM);
    assertThat(failure(thrown).getMessage())
        .startsWith("route down-other: every endpoint failed: endpoint down")
        .contains("bad key");
  }

  @Test
  void whenAllRefuseAPersonMustAct() {
    fixture.endpoint.then(ScriptedEndpoint.error(401, "auth", "bad key"));
    other.then(ScriptedEndpoint.error(404, "model", "no such model"));

    StatusRuntimeException thrown = fails("judge-other");

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure(thrown).getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_PLATFORM);
    assertThat(failure(thrown).getMessage()).contains("bad key", "no such model");
  }

  @Test
  void aRowThatOneEndpointRefusesAndAnotherCannotBeAskedForIsTheRowsProblem() {
    fixture.endpoint.then(ScriptedEndpoint.error(401, "auth", "bad key"));
    other.then(ScriptedEndpoint.error(400, "invalid", "this row is odd"));

    StatusRuntimeException thrown = fails("judge-other");

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(failure(thrown).getType()).isEqualTo("BAD_REQUEST");
    assertThat(failure(thrown).getMessage()).contains("bad key", "this row is odd");
  }

  @Test
  void modelsOfARouteAreInTheOrderOfItsEndpointsNames() {
    assertThat(models("judge-other")).containsExactly("some-model", "other-model");
    assertThat(models("down-judge")).containsExactly("some-model");
  }

  @Test
  void anEndpointThatFailsIsNotCalledUntilATrialIsAnswered() throws Exception {
    for (int failures = 0; failures < 10; failures++) {
      fixture.endpoint.then(ScriptedEndpoint.error(500, "x", "down"));
      assertThat(failure(fails("judge")).getMessage()).contains("500");
    }
    assertThat(breakerOpen("judge")).isEqualTo(1);

    StatusRuntimeException refused = fails("judge");
    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(refused).getMessage()).contains("is not called for a while");
    assertThat(JudgeFixture.detail(refused, RetryInfo.class))
        .hasValueSatisfying(retry -> assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(10));
    assertThat(fixture.endpoint.untaken()).isEqualTo(10);
    assertThat(fixture.stub().evaluate(evaluate("judge-other")).hasVerdict()).isTrue();
    assertThat(fixture.endpoint.untaken()).isEqualTo(10);

    fixture.timer.advance(Duration.ofMillis(10_001));
    assertThat(fixture.stub().evaluate(evaluate("judge")).hasVerdict()).isTrue();
    assertThat(breakerOpen("judge")).isZero();
  }

  @Test
  void uselessAndRefusedAnswersDoNotOpenTheBreaker() {
    for (int index = 0; index < 20; index++) {
      fixture.endpoint.then(ScriptedEndpoint.says("")).then(ScriptedEndpoint.error(400, "x", "no"));
      assertThat(failure(fails("judge")).getType()).isEqualTo("EMPTY");
      assertThat(failure(fails("judge")).getType()).isEqualTo("BAD_REQUEST");
    }

    assertThat(breakerOpen("judge")).isZero();
    assertThat(fixture.stub().evaluate(evaluate("judge")).hasVerdict()).isTrue();
  }

  @Test
  void aStormOfRateLimitsIsWaitedOutByAllAndFailsNone() throws Exception {
    List<CompletableFuture<HttpResponse>> answers = new ArrayList<>();
    List<ListenableFuture<EvaluateResponse>> calls = new ArrayList<>();
    for (int index = 0; index < 40; index++) {
      CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
      answers.add(answer);
      fixture.endpoint.then(HttpResponse.of(answer));
      calls.add(fixture.futureStub().evaluate(row("judge", "row-" + index)));
    }
    for (int index = 0; index < 40; index++) {
      fixture.endpoint.take();
    }
    answers.forEach(answer -> answer.complete(ScriptedEndpoint.retryAfter(429, "3")));
    fixture.timer.awaitAlarms(80);

    fixture.timer.advance(Duration.ofMillis(2_999));
    assertThat(fixture.endpoint.untaken()).isZero();
    fixture.timer.advance(Duration.ofSeconds(3));

    for (ListenableFuture<EvaluateResponse> call : calls) {
      assertThat(call.get().getProvenance().getUsage().getCalls()).isEqualTo(1);
    }
    assertThat(breakerOpen("judge")).isZero();
  }

  @Test
  void aDeadlineIsNotFailedOver() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    other.then(request -> other.hangs());
    ListenableFuture<EvaluateResponse> call =
        fixture.futureStub().evaluate(evaluate("judge-other"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);
    fixture.timer.advance(Duration.ofSeconds(30));
    other.take();

    fixture.timer.advance(Duration.ofSeconds(30));

    assertThat(thrownBy(call).getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(fixture.endpoint.untaken()).isZero();
  }

  /** Waits until the endpoint has refused a call because of its rate limit, once. */
  private void awaitRateLimit(String endpoint) throws InterruptedException {
    for (int tries = 0; tries < 3_000; tries++) {
      if (rateLimits(endpoint) > 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    throw new AssertionError("no rate limit");
  }

  private Set<String> modelsOfRows(String prefix) {
    Set<String> judged = new HashSet<>();
    for (int index = 0; index < 64; index++) {
      int before = fixture.endpoint.untaken();
      assertThat(fixture.stub().evaluate(row("both", prefix + index)).hasVerdict()).isTrue();
      if (fixture.endpoint.untaken() > before) {
        judged.add(prefix + index);
      }
    }
    return judged;
  }

  private static EvaluateRequest row(String endpoint, String row) {
    return evaluate(endpoint).toBuilder()
        .setContext(context(endpoint).toBuilder().setRow(row))
        .build();
  }

  private List<String> models(String name) {
    return fixture
        .stub()
        .describe(DescribeRequest.newBuilder().setContext(context(name)).build())
        .getModelsList();
  }

  private StatusRuntimeException fails(String endpoint) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> fixture.stub().evaluate(evaluate(endpoint)));
  }

  private double rateLimits(String endpoint) {
    return counted("retort_judge_rate_limits", Labels.of("endpoint", endpoint));
  }

  private double failovers(String route, String endpoint, String type) {
    return counted(
        "retort_judge_failovers", Labels.of("route", route, "endpoint", endpoint, "type", type));
  }

  private double counted(String metric, Labels labels) {
    return fixture.registry.scrape().stream()
        .filter(each -> each.getMetadata().getName().equals(metric))
        .map(CounterSnapshot.class::cast)
        .flatMap(each -> each.getDataPoints().stream())
        .filter(point -> point.getLabels().equals(labels))
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }

  private double breakerOpen(String endpoint) {
    return fixture.registry.scrape().stream()
        .filter(each -> each.getMetadata().getName().equals("retort_judge_breaker_open"))
        .map(GaugeSnapshot.class::cast)
        .flatMap(each -> each.getDataPoints().stream())
        .filter(point -> point.getLabels().equals(Labels.of("endpoint", endpoint)))
        .mapToDouble(GaugeSnapshot.GaugeDataPointSnapshot::getValue)
        .sum();
  }
}
