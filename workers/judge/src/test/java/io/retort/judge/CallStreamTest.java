package io.retort.judge;

import static io.retort.judge.JudgeFixture.corrupt;
import static io.retort.judge.JudgeFixture.evaluate;
import static io.retort.judge.JudgeFixture.improve;
import static io.retort.judge.JudgeFixture.rate;
import static io.retort.judge.JudgeFixture.sample;
import static io.retort.judge.JudgeFixture.thrownBy;
import static io.retort.judge.JudgeFixture.validate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import com.linecorp.armeria.common.HttpResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.retort.v1.CancelCall;
import io.retort.v1.CorruptionKind;
import io.retort.v1.Difficulty;
import io.retort.v1.Failure;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.v1.StreamCallsRequest;
import io.retort.v1.StreamCallsResponse;
import io.retort.v1.StreamedAnswer;
import io.retort.v1.StreamedCall;
import io.retort.v1.Usage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls over streams. */
class CallStreamTest {
  private static final String MEDIUM = "{\"critique\": \"Balanced.\", \"difficulty\": \"MEDIUM\"}";

  private JudgeFixture fixture = new JudgeFixture(Duration.ofSeconds(30));

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void everyMethodIsAnswered() throws Exception {
    fixture
        .endpoint
        .then(ScriptedEndpoint.says(MEDIUM))
        .then(ScriptedEndpoint.says("A longer chain.\n\nIt has steps, so 3 * 4 = 12."))
        .then(ScriptedEndpoint.says("{\"sound\": true, \"reason\": \"\"}"))
        .then(ScriptedEndpoint.says("There are 3 bags, so 3 * 4 = 13."))
        .then(ScriptedEndpoint.says("12"))
        .then(ScriptedEndpoint.says("{\"verbosity\": 3, \"cognitive_difficulty\": 4}"));
    Caller caller = new Caller();

    assertThat(caller.ask(call(1).setEvaluate(evaluate("judge"))).getEvaluate().getVerdict())
        .matches(verdict -> verdict.getDifficulty() == Difficulty.DIFFICULTY_MEDIUM);
    assertThat(
            caller
                .ask(call(2).setImprove(improve(Difficulty.DIFFICULTY_SIMPLE)))
                .getImprove()
                .getChain())
        .startsWith("A longer chain.");
    assertThat(caller.ask(call(3).setValidate(validate())).getValidate().getSound()).isTrue();
    assertThat(
            caller
                .ask(call(4).setCorrupt(corrupt(CorruptionKind.CORRUPTION_KIND_WRONG_NUMBER)))
                .getCorrupt()
                .getChain())
        .endsWith("13.");
    assertThat(
            caller.ask(call(5).setSampleAnswers(sample(1, ""))).getSampleAnswers().getTextsList())
        .containsExactly("12");
    assertThat(caller.ask(call(6).setRate(rate())).getRate().getRatings().getVerbosity())
        .isEqualTo(3);
  }

  @Test
  void answersComeInTheOrderInWhichCallsFinish() throws Exception {
    CompletableFuture<HttpResponse> late = new CompletableFuture<>();
    fixture.endpoint.then(HttpResponse.of(late)).then(ScriptedEndpoint.says(MEDIUM));
    Caller caller = new Caller();

    caller.send(call(1).setEvaluate(evaluate("judge")));
    fixture.endpoint.take();
    caller.send(call(2).setEvaluate(evaluate("judge")));

    assertThat(caller.next().getId()).isEqualTo(2);
    late.complete(ScriptedEndpoint.says(MEDIUM));
    assertThat(caller.next().getId()).isEqualTo(1);
  }

  @Test
  void anAnswerThatIsTooLargeForAMessageFailsItsOwnCallAlone() throws Exception {
    String sixMebibytes = "x".repeat(6 << 20);
    CompletableFuture<HttpResponse> late = new CompletableFuture<>();
    fixture.endpoint.then(HttpResponse.of(late));
    Caller caller = new Caller();
    caller.send(call(1).setEvaluate(evaluate("judge")));
    fixture.endpoint.take();
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.says(sixMebibytes));

    StreamedAnswer refused = caller.ask(call(2).setSampleAnswers(sample(3, "")));
    StatusRuntimeException thrown =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> fixture.stub().sampleAnswers(sample(3, "")));
    late.complete(ScriptedEndpoint.says(MEDIUM));

    assertThat(refused.getId()).isEqualTo(2);
    assertThat(refused.getFailure().getCode()).isEqualTo(Code.DATA_LOSS_VALUE);
    assertThat(typeOf(refused)).isEqualTo("ANSWER_TOO_LARGE");
    assertThat(refused.getFailure().getMessage()).contains("ask for fewer samples");
    assertThat(refused.getFailure().getDetails(1).unpack(Usage.class).getCalls())
        .as("what was paid for counts")
        .isEqualTo(3);
    assertThat(thrown.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(caller.next().hasEvaluate()).as("the other call of the stream").isTrue();
  }

  @Test
  void aCallFailsAloneAndLikeItsRpc() throws Exception {
    fixture.endpoint.then(ScriptedEndpoint.says(MEDIUM));
    Caller caller = new Caller();

    StreamedAnswer failed = caller.ask(call(1).setEvaluate(evaluate("made-up")));

    com.google.rpc.Status expected =
        StatusProto.fromThrowable(thrownBy(fixture.futureStub().evaluate(evaluate("made-up"))));
    assertThat(failed.getFailure()).isEqualTo(expected);
    assertThat(caller.ask(call(2).setEvaluate(evaluate("judge"))).hasEvaluate()).isTrue();
  }

  @Test
  void aCancelledCallIsCancelledAtTheEndpoint() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    Caller caller = new Caller();
    caller.send(call(1).setEvaluate(evaluate("judge")));
    fixture.endpoint.take();

    StreamedAnswer answer = caller.ask(call(1).setCancel(CancelCall.getDefaultInstance()));

    assertThat(answer.getFailure().getCode()).isEqualTo(Code.CANCELLED_VALUE);
    assertThat(fixture.endpoint.awaitAbandoned()).isTrue();
  }

  @Test
  void theEndOfTheStreamCancelsItsCalls() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    Caller caller = new Caller();
    caller.send(call(1).setEvaluate(evaluate("judge")));
    fixture.endpoint.take();

    caller.requests.onError(new IllegalStateException("the caller has ended"));

    assertThat(fixture.endpoint.awaitAbandoned()).isTrue();
  }

  @Test
  void aCallEndsAtItsOwnTimeLimit() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    Caller caller = new Caller();
    caller.send(call(1).setTimeoutMillis(5_000).setEvaluate(evaluate("judge")));
    fixture.endpoint.take();

    fixture.timer.advance(Duration.ofSeconds(5));

    assertThat(caller.next().getFailure().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED_VALUE);
  }

  @Test
  void theStreamEndsAfterTheLastAnswerOfACallerThatIsDone() throws Exception {
    CompletableFuture<HttpResponse> late = new CompletableFuture<>();
    fixture.endpoint.then(HttpResponse.of(late));
    Caller caller = new Caller();
    caller.send(call(1).setEvaluate(evaluate("judge")));
    fixture.endpoint.take();

    caller.requests.onCompleted();
    late.complete(ScriptedEndpoint.says(MEDIUM));

    assertThat(caller.next().hasEvaluate()).isTrue();
    assertThat(caller.end.get(30, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void malformedCallsAreRefused() throws Exception {
    fixture.endpoint.then(request -> fixture.endpoint.hangs());
    Caller caller = new Caller();

    assertThat(caller.ask(call(1)).getFailure().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    caller.send(call(2).setEvaluate(evaluate("judge")));
    assertThat(caller.ask(call(2).setEvaluate(evaluate("judge"))).getFailure().getMessage())
        .contains("calls.id");
  }

  @Test
  void shutdownIsReportedFinishesOpenCallsAndRefusesNewOnes() throws Exception {
    CompletableFuture<HttpResponse> late = new CompletableFuture<>();
    fixture.endpoint.then(HttpResponse.of(late));
    Caller caller = new Caller();
    caller.send(call(1).setEvaluate(evaluate("judge")));
    fixture.endpoint.take();

    CompletableFuture<Void> closing = CompletableFuture.runAsync(fixture.server::close);
    caller.draining.get(30, TimeUnit.SECONDS);
    fixture.endpoint.otherwise(request -> ScriptedEndpoint.error(500, "x", "not refused yet"));
    long id = 2;
    StreamedAnswer refused = caller.ask(call(id).setEvaluate(evaluate("judge")));
    while (!typeOf(refused).equals("SHUTTING_DOWN")) {
      refused = caller.ask(call(++id).setEvaluate(evaluate("judge")));
    }
    late.complete(ScriptedEndpoint.says(MEDIUM));

    assertThat(caller.next().hasEvaluate()).isTrue();
    closing.get(30, TimeUnit.SECONDS);
  }

  private static String typeOf(StreamedAnswer failed) throws Exception {
    return failed.getFailure().getDetails(0).unpack(Failure.class).getType();
  }

  private static StreamedCall.Builder call(long id) {
    return StreamedCall.newBuilder().setId(id);
  }

  /** A stream, whose answers are taken one by one. */
  private final class Caller implements StreamObserver<StreamCallsResponse> {
    private final BlockingQueue<StreamedAnswer> answers = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> draining = new CompletableFuture<>();
    private final CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
    private final StreamObserver<StreamCallsRequest> requests =
        JudgeServiceGrpc.newStub(fixture.channel)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .streamCalls(this);

    void send(StreamedCall.Builder call) {
      requests.onNext(StreamCallsRequest.newBuilder().addCalls(call).build());
    }

    StreamedAnswer next() throws InterruptedException {
      StreamedAnswer answer = answers.poll(30, TimeUnit.SECONDS);
      if (answer == null) {
        throw new AssertionError("no answer came; the stream: " + end);
      }
      return answer;
    }

    StreamedAnswer ask(StreamedCall.Builder call) throws InterruptedException {
      send(call);
      return next();
    }

    @Override
    public void onNext(StreamCallsResponse response) {
      if (response.getDraining()) {
        draining.complete(null);
      }
      answers.addAll(response.getAnswersList());
    }

    @Override
    public void onError(Throwable thrown) {
      end.complete(Optional.of(thrown));
    }

    @Override
    public void onCompleted() {
      end.complete(Optional.empty());
    }
  }
}
