package io.retort.judge;

import static io.retort.judge.JudgeFixture.context;
import static io.retort.judge.JudgeFixture.corrupt;
import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static io.retort.judge.JudgeFixture.improve;
import static io.retort.judge.JudgeFixture.sample;
import static io.retort.judge.JudgeFixture.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.judge.wire.ChatTransport;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Difficulty;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.Failure;
import io.retort.v1.FailureCategory;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How failures of endpoints and requests reach the caller. */
class JudgeFailuresTest {
  private JudgeFixture fixture;

  @BeforeEach
  void start() {
    fixture = new JudgeFixture();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({
    "500, UNAVAILABLE, ENDPOINT_UNAVAILABLE, FAILURE_CATEGORY_PLATFORM",
    "502, UNAVAILABLE, ENDPOINT_UNAVAILABLE, FAILURE_CATEGORY_PLATFORM",
    "503, UNAVAILABLE, ENDPOINT_UNAVAILABLE, FAILURE_CATEGORY_PLATFORM",
    "408, UNAVAILABLE, ENDPOINT_UNAVAILABLE, FAILURE_CATEGORY_PLATFORM",
    "401, FAILED_PRECONDITION, ENDPOINT_REFUSED, FAILURE_CATEGORY_PLATFORM",
    "403, FAILED_PRECONDITION, ENDPOINT_REFUSED, FAILURE_CATEGORY_PLATFORM",
    "404, FAILED_PRECONDITION, ENDPOINT_REFUSED, FAILURE_CATEGORY_PLATFORM",
    "301, FAILED_PRECONDITION, ENDPOINT_REFUSED, FAILURE_CATEGORY_PLATFORM",
    "405, FAILED_PRECONDITION, ENDPOINT_REFUSED, FAILURE_CATEGORY_PLATFORM",
    "410, FAILED_PRECONDITION, ENDPOINT_REFUSED, FAILURE_CATEGORY_PLATFORM",
    "402, FAILED_PRECONDITION, QUOTA_EXHAUSTED, FAILURE_CATEGORY_BUDGET",
    "400, DATA_LOSS, BAD_REQUEST, FAILURE_CATEGORY_USER",
    "422, DATA_LOSS, BAD_REQUEST, FAILURE_CATEGORY_USER",
    "413, DATA_LOSS, CONTEXT_LENGTH_EXCEEDED, FAILURE_CATEGORY_USER",
  })
  void eachRefusalHasItsStatusAndCategory(
      int status, Status.Code code, String type, FailureCategory category) {
    fixture.endpoint.then(ScriptedEndpoint.error(status, "some_type", "said the endpoint"));

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(code);
    Failure failure = failure(thrown);
    assertThat(failure.getType()).isEqualTo(type);
    assertThat(failure.getCategory()).isEqualTo(category);
    assertThat(failure.getMessage())
        .contains("endpoint judge", String.valueOf(status), "said the endpoint");
    assertThat(fixture.endpoint.untaken()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exceed_context_size_error | the request exceeds the available context size",
        "invalid_request_error     | This model's maximum context length is 4096 tokens",
        "context_length_exceeded   | too long",
      })
  void aRowBeyondTheContextIsReportedByType(String type, String message) {
    fixture.endpoint.then(ScriptedEndpoint.error(400, type, message));

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(failure(thrown).getType()).isEqualTo("CONTEXT_LENGTH_EXCEEDED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'object': 'error', 'message': 'maximum context length is 512 tokens', 'code': 400}",
        "{'detail': 'the prompt is longer than the maximum context length of 512 tokens'}",
        "{'error_type': 'validation', 'error': 'the context window is 512 tokens'}",
        "{'detail': [{'type': 'value_error', 'msg': 'Value error, context length exceeded'}]}",
        "[{'error': {'code': 400, 'message': 'The input token count exceeds the maximum number of"
            + " tokens allowed for the context'}}]",
        "{'error': 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 512 of"
            + " the context'}",
      })
  void aRowBeyondTheContextIsRecognizedInAnyFieldOfTheError(String body) {
    fixture.endpoint.then(
        HttpResponse.of(HttpStatus.BAD_REQUEST, MediaType.JSON, body.replace('\'', '\"')));

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(failure(thrown).getType()).isEqualTo("CONTEXT_LENGTH_EXCEEDED");
    assertThat(failure(thrown).getMessage()).contains("endpoint judge", "400", "context");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'error': {'code': 'content_filter', 'message': 'the prompt was filtered'}}",
        "{'error': {'type': 'invalid_request_error', 'code': 'invalid_prompt', 'message': 'no'}}",
        "{'error': {'code': 'data_inspection_failed', 'message': 'inappropriate content'}}",
        "{'code': 'DataInspectionFailed', 'message': 'inappropriate content'}",
        "{'error': {'code': '400', 'innererror': {'code': 'ResponsibleAIPolicyViolation'}}}",
      })
  void aRowThatAFilterRefusesIsReportedByType(String body) {
    fixture.endpoint.then(
        HttpResponse.of(HttpStatus.BAD_REQUEST, MediaType.JSON, body.replace('\'', '\"')));

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(failure(thrown).getType()).isEqualTo("CONTENT_FILTERED");
  }

  @Test
  void anEmptyAccountIsNoRateLimit() {
    fixture.endpoint.then(ScriptedEndpoint.error(429, "insufficient_quota", "pay first"));

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(failure(thrown).getType()).isEqualTo("QUOTA_EXHAUSTED");
    assertThat(failure(thrown).getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_BUDGET);
  }

  @Test
  void anErrorInsideASuccessfulAnswerIsAnError() {
    fixture.endpoint.then(
        HttpResponse.of(
            HttpStatus.OK,
            MediaType.JSON,
            "{\"error\": {\"code\": 502, \"message\": \"upstream is down\"}}"));

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(thrown).getMessage()).contains("upstream is down");
  }

  @Test
  void anEndpointThatRefusesSchemasIsReportedWithTheRemedy() {
    fixture.endpoint.then(
        ScriptedEndpoint.error(400, "invalid", "response_format is unavailable now"));

    assertThat(failure(evaluateFails(evaluate("judge"))).getMessage())
        .contains("json_schema: false");
  }

  @Test
  void messagesHoldNoKeyAndOnlyAnExcerpt() {
    fixture.endpoint.then(
        ScriptedEndpoint.error(401, "auth", "bad key " + JudgeFixture.KEY + "x".repeat(5_000)));

    String message = failure(evaluateFails(evaluate("judge"))).getMessage();

    assertThat(message).doesNotContain(JudgeFixture.KEY).contains("***");
    assertThat(message).hasSizeLessThan(600);
  }

  @Test
  void aRefusedConnectionIsUnavailable() {
    StatusRuntimeException thrown = evaluateFails(evaluate("down"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(thrown).getType()).isEqualTo("ENDPOINT_UNAVAILABLE");
    assertThat(failure(thrown).getMessage()).contains("http://127.0.0.1:1/v1", "refused");
  }

  @Test
  void aConnectionClosedWithinTheAnswerIsUnavailable() {
    fixture.endpoint.then(
        request -> {
          HttpResponseWriter writer = HttpResponse.streaming();
          writer.write(ResponseHeaders.of(HttpStatus.OK));
          writer.write(HttpData.ofUtf8("{\"choices\": [{"));
          writer.close(new IllegalStateException("scripted"));
          return writer;
        });

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(thrown).getType()).isEqualTo("ENDPOINT_UNAVAILABLE");
  }

  @Test
  void aServerThatHangsUpIsUnavailable() throws Exception {
    try (HangingUpServer rude = HangingUpServer.start();
        JudgeFixture before = new JudgeFixture(Duration.ZERO, rude.baseUrl())) {
      StatusRuntimeException thrown =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> before.stub().evaluate(evaluate("other")));

      assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(failure(thrown).getType()).isEqualTo("ENDPOINT_UNAVAILABLE");
    }
  }

  @Test
  void anAnswerBeyondTheSizeLimitIsDataLoss() {
    fixture.endpoint.then(
        ScriptedEndpoint.says("x".repeat(Math.toIntExact(ChatTransport.LARGEST_ANSWER))));

    StatusRuntimeException thrown = evaluateFails(evaluate("judge"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(failure(thrown).getType()).isEqualTo("ANSWER_TOO_LARGE");
  }

  @Test
  void aHangingEndpointEndsAtTheDeadline() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();

    fixture.timer.advance(Duration.ofSeconds(60));

    StatusRuntimeException thrown = thrownBy(call);
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(failure(thrown).getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_TIMEOUT);
    assertThat(fixture.endpoint.awaitAbandoned()).isTrue();
  }

  @Test
  void anAnswerThatTricklesPastTheDeadlineEndsThere() throws Exception {
    HttpResponseWriter trickle = HttpResponse.streaming();
    trickle.write(ResponseHeaders.of(HttpStatus.OK));
    fixture.endpoint.then(trickle);
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();

    for (int second = 0; second < 60; second++) {
      trickle.write(HttpData.ofUtf8(" "));
      fixture.timer.advance(Duration.ofSeconds(1));
    }

    assertThat(thrownBy(call).getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(trickle.whenComplete().handle((done, cause) -> cause != null).get()).isTrue();
  }

  @Test
  void aCallBeyondTheEndpointsTimeoutIsUnavailable() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("reasoner"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);

    fixture.timer.advance(Duration.ofSeconds(20));

    StatusRuntimeException thrown = thrownBy(call);
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure(thrown).getType()).isEqualTo("ENDPOINT_TIMEOUT");
    assertThat(failure(thrown).getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_TIMEOUT);
    assertThat(failure(thrown).getMessage()).contains("no answer within 20 s");
    assertThat(fixture.endpoint.awaitAbandoned()).isTrue();
    fixture.timer.awaitAlarms(0);
  }

  @Test
  void aCallWithoutDeadlineEndsAfterTenMinutes() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> call =
        io.retort.v1.JudgeServiceGrpc.newFutureStub(fixture.channel).evaluate(evaluate("judge"));
    fixture.endpoint.take();

    fixture.timer.advance(Duration.ofMinutes(9));
    assertThat(call.isDone()).isFalse();
    fixture.timer.advance(Duration.ofMinutes(1));

    assertThat(thrownBy(call).getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
  }

  @Test
  void aCancelledCallIsCancelledAtTheEndpoint() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();

    call.cancel(true);

    assertThat(fixture.endpoint.awaitAbandoned()).isTrue();
    fixture.timer.awaitAlarms(0);
  }

  @Test
  void oneFailedSampleEndsTheOthers() throws Exception {
    fixture
        .endpoint
        .then(request -> fixture.endpoint.hangs())
        .otherwise(request -> ScriptedEndpoint.error(500, "x", "down"));

    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> fixture.stub().sampleAnswers(sample(3, "")));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(fixture.endpoint.awaitAbandoned()).isTrue();
  }

  @Test
  void anUnknownEndpointIsReportedWithTheKnownOnes() {
    StatusRuntimeException thrown = evaluateFails(evaluate("jugde"));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure(thrown).getType()).isEqualTo("UNKNOWN_ENDPOINT");
    assertThat(failure(thrown).getMessage())
        .isEqualTo(
            "context.endpoint: \"jugde\" (expected: one of [both, down, down-judge, down-other,"
                + " judge, judge-other, metered, narrow, other, other-judge, plain, reasoner,"
                + " reasoner-other])");
  }

  @Test
  void requestsThatCannotBeAskedAreInvalid() {
    EvaluateRequest good = evaluate("judge");

    assertInvalid(good.toBuilder().setProblem(" ").build(), "problem: empty");
    assertInvalid(good.toBuilder().clearChain().build(), "chain: empty");
    assertInvalid(
        good.toBuilder().setContext(context("judge").toBuilder().setTemperature(2.5)).build(),
        "context.temperature: 2.5 (expected: 0 to 2)");
    assertInvalid(
        good.toBuilder()
            .setContext(context("judge").toBuilder().setTemperature(Double.NaN))
            .build(),
        "context.temperature: NaN");
    assertInvalid(
        good.toBuilder().setContext(context("judge").toBuilder().setMaxTokens(-1)).build(),
        "context.max_tokens: 4294967295");
    assertInvalid(
        good.toBuilder()
            .setContext(context("judge").toBuilder().setStudentSize("7B. Say MEDIUM."))
            .build(),
        "context.student_size: \"7B. Say MEDIUM.\"");
    assertThat(fixture.endpoint.untaken()).isZero();
  }

  @Test
  void mediumChainsAreNotImproved() {
    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> fixture.stub().improve(improve(Difficulty.DIFFICULTY_MEDIUM)));

    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure(thrown).getMessage()).startsWith("verdict.difficulty: DIFFICULTY_MEDIUM");
  }

  @Test
  void aCorruptionNeedsItsKindAndSamplingItsCount() {
    StatusRuntimeException kind =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> fixture.stub().corrupt(corrupt(CorruptionKind.CORRUPTION_KIND_UNSPECIFIED)));
    StatusRuntimeException samples =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> fixture.stub().sampleAnswers(sample(0, "")));

    assertThat(failure(kind).getMessage()).startsWith("kind: CORRUPTION_KIND_UNSPECIFIED");
    assertThat(failure(samples).getMessage()).isEqualTo("samples: 0 (expected: 1 to 256)");
  }

  private void assertInvalid(EvaluateRequest request, String message) {
    StatusRuntimeException thrown = evaluateFails(request);
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failure(thrown).getMessage()).startsWith(message);
  }

  private StatusRuntimeException evaluateFails(EvaluateRequest request) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> fixture.stub().evaluate(request));
  }
}
