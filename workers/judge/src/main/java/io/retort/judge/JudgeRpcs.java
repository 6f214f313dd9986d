package io.retort.judge;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.retort.judge.endpoint.CallScope;
import io.retort.judge.endpoint.Endpoints;
import io.retort.judge.endpoint.Timer;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptResponse;
import io.retort.v1.DescribeRequest;
import io.retort.v1.DescribeResponse;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.ImproveRequest;
import io.retort.v1.ImproveResponse;
import io.retort.v1.JudgeContext;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code retort.v1.JudgeService} over {@link Judge}. Runs on event loops and never blocks them; a
 * call that its caller cancels is cancelled at the endpoint.
 */
final class JudgeRpcs extends JudgeServiceGrpc.JudgeServiceImplBase {
  private static final String UNKNOWN = "unknown";
  private static final Logger logger = LoggerFactory.getLogger(JudgeRpcs.class);

  private final Judge judge;
  private final Endpoints endpoints;
  private final Timer timer;
  private final Duration defaultDeadline;
  private final OpenCalls openCalls = new OpenCalls();
  private final MethodMetrics evaluateCalls;
  private final MethodMetrics improveCalls;
  private final MethodMetrics validateCalls;
  private final MethodMetrics corruptCalls;
  private final MethodMetrics sampleAnswersCalls;
  private final MethodMetrics rateCalls;
  private final MethodMetrics describeCalls;

  /**
   * @param defaultDeadline of calls that have none
   */
  JudgeRpcs(
      Judge judge,
      Endpoints endpoints,
      JudgeMetrics metrics,
      Timer timer,
      Duration defaultDeadline) {
    this.judge = judge;
    this.endpoints = endpoints;
    evaluateCalls = new MethodMetrics(metrics, "Evaluate");
    improveCalls = new MethodMetrics(metrics, "Improve");
    validateCalls = new MethodMetrics(metrics, "Validate");
    corruptCalls = new MethodMetrics(metrics, "Corrupt");
    sampleAnswersCalls = new MethodMetrics(metrics, "SampleAnswers");
    rateCalls = new MethodMetrics(metrics, "Rate");
    describeCalls = new MethodMetrics(metrics, "Describe");
    this.timer = timer;
    this.defaultDeadline = defaultDeadline;
  }

  @Override
  public void evaluate(EvaluateRequest request, StreamObserver<EvaluateResponse> observer) {
    serve(evaluateCalls, request.getContext(), observer, scope -> judge.evaluate(request, scope));
  }

  @Override
  public void improve(ImproveRequest request, StreamObserver<ImproveResponse> observer) {
    serve(improveCalls, request.getContext(), observer, scope -> judge.improve(request, scope));
  }

  @Override
  public void validate(ValidateRequest request, StreamObserver<ValidateResponse> observer) {
    serve(validateCalls, request.getContext(), observer, scope -> judge.validate(request, scope));
  }

  @Override
  public void corrupt(CorruptRequest request, StreamObserver<CorruptResponse> observer) {
    serve(corruptCalls, request.getContext(), observer, scope -> judge.corrupt(request, scope));
  }

  @Override
  public void sampleAnswers(
      SampleAnswersRequest request, StreamObserver<SampleAnswersResponse> observer) {
    serve(
        sampleAnswersCalls,
        request.getContext(),
        observer,
        scope -> judge.sampleAnswers(request, scope));
  }

  @Override
  public void rate(RateRequest request, StreamObserver<RateResponse> observer) {
    serve(rateCalls, request.getContext(), observer, scope -> judge.rate(request, scope));
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeResponse> observer) {
    serve(
        describeCalls,
        request.getContext(),
        observer,
        scope -> CompletableFuture.completedFuture(judge.describe(request)));
  }

  /** The calls that are not answered yet. */
  OpenCalls openCalls() {
    return openCalls;
  }

  private <T> void serve(
      MethodMetrics method,
      JudgeContext context,
      StreamObserver<T> observer,
      Function<CallScope, CompletableFuture<T>> work) {
    long startedAt = timer.nanoTime();
    CallMetrics metrics =
        method.of(endpoints.has(context.getEndpoint()) ? context.getEndpoint() : UNKNOWN);
    CallScope scope = new CallScope(timer, untilDeadline());
    OpenCalls.@Nullable OpenCall open = openCalls.open(scope);
    CompletableFuture<T> answer =
        open == null
            ? CompletableFuture.failedFuture(
                JudgeException.unavailable(
                    FailureType.SHUTTING_DOWN, "this judge worker is shutting down", null))
            : start(work, scope);
    ((ServerCallStreamObserver<T>) observer).setOnCancelHandler(scope::cancel);
    CompletableFuture<Void> unused =
        answer.handle(
            (value, thrown) -> {
              scope.close();
              long nanos = timer.nanoTime() - startedAt;
              if (thrown == null) {
                metrics.answered(nanos);
                observer.onNext(value);
                observer.onCompleted();
              } else {
                JudgeException failure = reason(open, thrown);
                metrics.failed(failure.failure().getType(), nanos);
                logUnexpected(method.method(), failure);
                observer.onError(failure.toStatusException());
              }
              if (open != null) {
                open.close();
              }
              return null;
            });
  }

  private static <T> CompletableFuture<T> start(
      Function<CallScope, CompletableFuture<T>> work, CallScope scope) {
    try {
      return work.apply(scope);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static JudgeException reason(OpenCalls.@Nullable OpenCall open, Throwable thrown) {
    JudgeException failure = Conversation.failure(thrown);
    if (open != null && open.isAborted() && failure.is(FailureType.CANCELLED)) {
      return JudgeException.unavailable(
          FailureType.SHUTTING_DOWN, "this judge worker was shut down during the call", null);
    }
    return failure;
  }

  private static void logUnexpected(String method, JudgeException failure) {
    if (failure.is(FailureType.UNEXPECTED)) {
      logger.error("{}: {}", method, failure.getMessage(), failure);
    }
  }

  private Duration untilDeadline() {
    long millis = ServiceRequestContext.current().requestTimeoutMillis();
    return millis > 0 ? Duration.ofMillis(millis) : defaultDeadline;
  }
}
