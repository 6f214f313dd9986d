package io.retort.judge;

import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static io.retort.judge.JudgeFixture.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.RetryInfo;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.v1.EvaluateResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rate limits are waited out inside the worker, by all calls of an endpoint together. */
class JudgeRateLimitTest {
  private static final String MEDIUM = "{\"critique\": \"Balanced.\", \"difficulty\": \"MEDIUM\"}";
  // Longest random part of a wait, plus a moment.
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
  void retryAfterIsWaitedOutAndTheCallSucceeds() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "20"));
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    fixture.timer.advance(Duration.ofMillis(19_999));
    assertThat(fixture.endpoint.untaken()).isZero();
    fixture.timer.advance(JITTER);

    assertThat(call.get().getProvenance().getUsage().getCalls()).isEqualTo(1);
    fixture.timer.awaitAlarms(0);
  }

  @Test
  void unavailableWithRetryAfterIsWaitedOutWhereNoOtherEndpointIs() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(503, "5"));
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    fixture.timer.advance(Duration.ofSeconds(5).plus(JITTER));

    assertThat(call.get().hasVerdict()).isTrue();
  }

  @Test
  void otherCallsOfTheEndpointWaitAsWellAndOtherEndpointsDoNot() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "20"));
    List<ListenableFuture<EvaluateResponse>> calls = new ArrayList<>();
    calls.add(fixture.futureStub().evaluate(evaluate("judge")));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    calls.add(fixture.futureStub().evaluate(evaluate("judge")));
    fixture.timer.awaitAlarms(4);
    assertThat(fixture.endpoint.untaken()).isZero();
    assertThat(fixture.stub().evaluate(evaluate("plain")).hasVerdict()).isTrue();
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);

    fixture.timer.advance(Duration.ofSeconds(20).plus(JITTER));
    for (ListenableFuture<EvaluateResponse> call : calls) {
      assertThat(call.get().hasVerdict()).isTrue();
    }
  }

  @Test
  void aLimitBeyondTheDeadlineIsResourceExhaustedWithTheDelay() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "3600"));
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    fixture.timer.advance(Duration.ofSeconds(60));

    StatusRuntimeException status = thrownBy(call);
    assertThat(status.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(failure(status).getType()).isEqualTo("RATE_LIMITED");
    assertThat(JudgeFixture.detail(status, RetryInfo.class))
        .hasValueSatisfying(
            retry -> assertThat(retry.getRetryDelay().getSeconds()).isBetween(3539L, 3541L));
    assertThat(fixture.endpoint.untaken()).isZero();
    fixture.timer.awaitAlarms(0);
  }

  @Test
  void withoutRetryAfterTheWaitDoubles() throws Exception {
    for (int limits = 0; limits < 4; limits++) {
      fixture.endpoint.then(ScriptedEndpoint.error(429, "rate", "slow down"));
    }
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));

    for (int seconds : new int[] {1, 2, 4, 8}) {
      fixture.endpoint.take();
      fixture.timer.awaitAlarms(2);
      fixture.timer.advance(Duration.ofMillis(seconds * 1000L - 1));
      assertThat(fixture.endpoint.untaken()).isZero();
      fixture.timer.advance(Duration.ofMillis(1).plus(JITTER));
    }

    assertThat(call.get().hasVerdict()).isTrue();
  }

  @Test
  void noMoreCallsAreOpenThanTheEndpointAllows() throws Exception {
    List<CompletableFuture<HttpResponse>> answers = new ArrayList<>();
    for (int index = 0; index < 3; index++) {
      CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
      answers.add(answer);
      fixture.endpoint.then(HttpResponse.of(answer));
    }
    List<ListenableFuture<EvaluateResponse>> calls = new ArrayList<>();
    for (int index = 0; index < 3; index++) {
      calls.add(fixture.futureStub().evaluate(evaluate("narrow")));
    }
    fixture.endpoint.take();
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(3);
    assertThat(fixture.endpoint.untaken()).isZero();

    answers.get(0).complete(ScriptedEndpoint.says(MEDIUM));
    fixture.endpoint.take();
    answers.get(1).complete(ScriptedEndpoint.says(MEDIUM));
    answers.get(2).complete(ScriptedEndpoint.says(MEDIUM));

    for (ListenableFuture<EvaluateResponse> call : calls) {
      assertThat(call.get().hasVerdict()).isTrue();
    }
  }

  @Test
  void requestsKeepToTheLimitOfAMinute() throws Exception {
    assertThat(fixture.stub().evaluate(evaluate("metered")).hasVerdict()).isTrue();
    fixture.endpoint.take();
    ListenableFuture<EvaluateResponse> second = fixture.futureStub().evaluate(evaluate("metered"));
    fixture.timer.awaitAlarms(2);
    ListenableFuture<EvaluateResponse> third = fixture.futureStub().evaluate(evaluate("metered"));
    fixture.timer.awaitAlarms(4);

    fixture.timer.advance(Duration.ofMillis(999));
    assertThat(fixture.endpoint.untaken()).isZero();
    fixture.timer.advance(Duration.ofMillis(2));
    assertThat(second.get().hasVerdict()).isTrue();
    assertThat(third.isDone()).isFalse();
    fixture.timer.advance(Duration.ofSeconds(1));

    assertThat(third.get().hasVerdict()).isTrue();
    fixture.timer.awaitAlarms(0);
  }

  @Test
  void tokensBeyondTheDeadlineAreResourceExhaustedAtOnce() {
    fixture.endpoint.then(
        request -> {
          ObjectNode body = ScriptedEndpoint.completionBody(MEDIUM, "stop");
          body.putObject("usage").put("prompt_tokens", 500_000).put("completion_tokens", 100_000);
          return ScriptedEndpoint.json(body);
        });
    assertThat(fixture.stub().evaluate(evaluate("metered")).hasVerdict()).isTrue();

    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> fixture.stub().evaluate(evaluate("metered")));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(failure(thrown).getMessage()).contains("tokens_per_minute", "deadline");
    assertThat(JudgeFixture.detail(thrown, RetryInfo.class))
        .hasValueSatisfying(
            retry -> assertThat(retry.getRetryDelay().getSeconds()).isBetween(590L, 600L));
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);
  }

  @Test
  void anAnswerThatLeavesNothingPausesTheNextCall() throws Exception {
    fixture.endpoint.then(
        HttpResponse.of(
            ResponseHeaders.builder(HttpStatus.OK)
                .set("x-ratelimit-remaining-requests", "0")
                .set("x-ratelimit-reset-requests", "2s")
                .build(),
            HttpData.ofUtf8(ScriptedEndpoint.completionBody(MEDIUM, "stop").toString())));
    assertThat(fixture.stub().evaluate(evaluate("judge")).hasVerdict()).isTrue();
    fixture.endpoint.take();

    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.timer.awaitAlarms(2);
    fixture.timer.advance(Duration.ofMillis(1_999));
    assertThat(fixture.endpoint.untaken()).isZero();
    fixture.timer.advance(JITTER);

    assertThat(call.get().hasVerdict()).isTrue();
  }

  @Test
  void aWaitingCallCanBeCancelled() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "20"));
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    call.cancel(true);
    fixture.timer.awaitAlarms(0);
    fixture.timer.advance(Duration.ofSeconds(30));

    assertThat(fixture.endpoint.untaken()).isZero();
  }
}
