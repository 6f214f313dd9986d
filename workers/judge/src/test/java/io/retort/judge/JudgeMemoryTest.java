package io.retort.judge;

import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.failure;
import static io.retort.judge.JudgeFixture.sample;
import static io.retort.judge.JudgeFixture.thrownBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.judge.admission.RequestMemory;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.FailureCategory;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The memory of unanswered requests is bounded, and is returned however a call ends. */
class JudgeMemoryTest {
  private static final String MEDIUM = "{\"critique\": \"Balanced.\", \"difficulty\": \"MEDIUM\"}";
  private static final long PATIENCE_NANOS = Duration.ofSeconds(30).toNanos();

  // Enough for one call.
  private final JudgeFixture fixture = new JudgeFixture(new RequestMemory(4 << 10));

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void aCallThatDoesNotFitIsRefusedUntilAnotherOneEnds() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> first = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();

    StatusRuntimeException refused = evaluateFails(evaluate("judge"));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(failure(refused).getType()).isEqualTo("WORKER_OVERLOADED");
    assertThat(failure(refused).getCategory()).isEqualTo(FailureCategory.FAILURE_CATEGORY_RESOURCE);
    assertThat(JudgeFixture.detail(refused, RetryInfo.class)).isPresent();
    assertThat(fixture.endpoint.untaken()).isZero();
    first.cancel(true);
    awaitNothingHeld();
    fixture.endpoint.then(ScriptedEndpoint.says(MEDIUM));
    assertThat(fixture.stub().evaluate(evaluate("judge")).hasVerdict()).isTrue();
  }

  @Test
  void aCallThatNeverFitsIsRefusedForGood() {
    EvaluateRequest large = evaluate("judge").toBuilder().setChain("x".repeat(4 << 10)).build();

    StatusRuntimeException refused = evaluateFails(large);

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure(refused).getType()).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(fixture.endpoint.untaken()).isZero();
  }

  @Test
  void everySampleCounts() {
    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> fixture.stub().sampleAnswers(sample(64, "")));

    assertThat(failure(refused).getType()).isEqualTo("REQUEST_TOO_LARGE");
    assertThat(failure(refused).getMessage()).contains("64 model calls");
  }

  @Test
  void anAnsweredCallReturnsItsMemory() {
    fixture.endpoint.then(ScriptedEndpoint.says(MEDIUM));

    assertThat(fixture.stub().evaluate(evaluate("judge")).hasVerdict()).isTrue();

    awaitNothingHeld();
  }

  @Test
  void aFailedOrInvalidCallReturnsItsMemory() {
    fixture.endpoint.then(ScriptedEndpoint.error(500, "x", "down"));

    assertThat(failure(evaluateFails(evaluate("judge"))).getType())
        .isEqualTo("ENDPOINT_UNAVAILABLE");
    awaitNothingHeld();
    assertThat(failure(evaluateFails(evaluate("made-up"))).getType()).isEqualTo("UNKNOWN_ENDPOINT");
    awaitNothingHeld();
  }

  @Test
  void aCallThatWaitsForARateLimitReturnsItsMemoryWhenCancelled() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.retryAfter(429, "20"));
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();
    fixture.timer.awaitAlarms(2);
    assertThat(fixture.memory.held()).isPositive();

    call.cancel(true);

    awaitNothingHeld();
  }

  @Test
  void aCallThatOutlastsItsDeadlineReturnsItsMemory() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    ListenableFuture<EvaluateResponse> call = fixture.futureStub().evaluate(evaluate("judge"));
    fixture.endpoint.take();
    assertThat(fixture.memory.held()).isPositive();

    fixture.timer.advance(Duration.ofSeconds(60));

    assertThat(failure(thrownBy(call)).getType()).isEqualTo("DEADLINE_EXCEEDED");
    awaitNothingHeld();
  }

  private StatusRuntimeException evaluateFails(EvaluateRequest request) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> fixture.stub().evaluate(request));
  }

  /** A cancellation arrives on another thread. */
  private void awaitNothingHeld() {
    long giveUpAt = System.nanoTime() + PATIENCE_NANOS;
    while (fixture.memory.held() > 0 && System.nanoTime() - giveUpAt < 0) {
      Thread.onSpinWait();
    }
    assertThat(fixture.memory.held()).isZero();
  }
}
