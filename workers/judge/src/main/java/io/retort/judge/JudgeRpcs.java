package io.retort.judge;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.retort.judge.admission.RequestMemory;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.route.Endpoints;
import io.retort.judge.time.CallLifetime;
import io.retort.judge.time.Timer;
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
import io.retort.v1.Provenance;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.StreamCallsRequest;
import io.retort.v1.StreamCallsResponse;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code retort.v1.JudgeService} over {@link Judge}. Runs on event loops and never blocks them.
 * When a caller cancels its call, the call of the endpoint is cancelled as well.
 */
final class JudgeRpcs extends JudgeServiceGrpc.JudgeServiceImplBase {
  private static final String UNKNOWN = "unknown";

  /** What callers accept in one message, less what surrounds an answer. */
  private static final int LARGEST_ANSWER = JudgeServer.LARGEST_MESSAGE - (64 << 10);

  private static final Logger logger = LoggerFactory.getLogger(JudgeRpcs.class);

  private final Judge judge;
  private final Endpoints endpoints;
  private final RequestMemory memory;
  private final Timer timer;
  private final Duration defaultDeadline;
  private final OpenCalls openCalls = new OpenCalls();
  private final CallStreams streams = new CallStreams(this);
  private final MethodMetrics evaluateCalls;
  private final MethodMetrics improveCalls;
  private final MethodMetrics validateCalls;
  private final MethodMetrics corruptCalls;
  private final MethodMetrics sampleAnswersCalls;
  private final MethodMetrics rateCalls;
  private final MethodMetrics describeCalls;

  /**
   * @param defaultDeadline time limit of calls without a deadline
   */
  JudgeRpcs(
      Judge judge,
      Endpoints endpoints,
      JudgeMetrics metrics,
      RequestMemory memory,
      Timer timer,
      Duration defaultDeadline) {
    this.judge = judge;
    this.endpoints = endpoints;
    this.memory = memory;
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
    serve(evaluate(request), observer);
  }

  @Override
  public void improve(ImproveRequest request, StreamObserver<ImproveResponse> observer) {
    serve(improve(request), observer);
  }

  @Override
  public void validate(ValidateRequest request, StreamObserver<ValidateResponse> observer) {
    serve(validate(request), observer);
  }

  @Override
  public void corrupt(CorruptRequest request, StreamObserver<CorruptResponse> observer) {
    serve(corrupt(request), observer);
  }

  @Override
  public void sampleAnswers(
      SampleAnswersRequest request, StreamObserver<SampleAnswersResponse> observer) {
    serve(sampleAnswers(request), observer);
  }

  @Override
  public void rate(RateRequest request, StreamObserver<RateResponse> observer) {
    serve(rate(request), observer);
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeResponse> observer) {
    serve(
        new Work<>(
            describeCalls,
            request.getContext(),
            lifetime -> CompletableFuture.completedFuture(judge.describe(request))),
        observer);
  }

  @Override
  public StreamObserver<StreamCallsRequest> streamCalls(
      StreamObserver<StreamCallsResponse> observer) {
    ServiceRequestContext context = ServiceRequestContext.current();
    context.clearRequestTimeout();
    return streams.open(
        (ServerCallStreamObserver<StreamCallsResponse>) observer, context.eventLoop());
  }

  /** What a call of a method does. */
  record Work<T>(
      MethodMetrics method,
      JudgeContext context,
      Function<CallLifetime, CompletableFuture<T>> start) {}

  /** Receives the end of a call, once, on any thread. */
  interface Ending<T> {
    void answered(T answer);

    void failed(JudgeException failure);
  }

  Work<EvaluateResponse> evaluate(EvaluateRequest request) {
    return new Work<>(
        evaluateCalls,
        request.getContext(),
        reserving(request, 1, lifetime -> judge.evaluate(request, lifetime)));
  }

  Work<ImproveResponse> improve(ImproveRequest request) {
    return new Work<>(
        improveCalls,
        request.getContext(),
        reserving(request, 1, lifetime -> judge.improve(request, lifetime)));
  }

  Work<ValidateResponse> validate(ValidateRequest request) {
    return new Work<>(
        validateCalls,
        request.getContext(),
        reserving(request, 1, lifetime -> judge.validate(request, lifetime)));
  }

  Work<CorruptResponse> corrupt(CorruptRequest request) {
    return new Work<>(
        corruptCalls,
        request.getContext(),
        reserving(request, 1, lifetime -> judge.corrupt(request, lifetime)));
  }

  Work<SampleAnswersResponse> sampleAnswers(SampleAnswersRequest request) {
    return new Work<>(
        sampleAnswersCalls,
        request.getContext(),
        reserving(
            request,
            Requests.boundedSamples(request.getSamples()),
            lifetime -> judge.sampleAnswers(request, lifetime)));
  }

  Work<RateResponse> rate(RateRequest request) {
    return new Work<>(
        rateCalls,
        request.getContext(),
        reserving(request, 1, lifetime -> judge.rate(request, lifetime)));
  }

  /**
   * Refuses further calls, waits for the open ones, and cancels those that are still open after
   * {@code grace}. Blocks.
   */
  void drain(Duration grace) throws InterruptedException {
    streams.drain();
    openCalls.drain(grace);
  }

  /** Work that holds memory for its request until it is done. */
  private <T> Function<CallLifetime, CompletableFuture<T>> reserving(
      MessageLite request, int modelCalls, Function<CallLifetime, CompletableFuture<T>> work) {
    return lifetime -> {
      RequestMemory.Reservation reservation =
          memory.reserve(request.getSerializedSize(), modelCalls);
      return start(work, lifetime).whenComplete((value, thrown) -> reservation.close());
    };
  }

  private <T extends Message> void serve(Work<T> work, StreamObserver<T> observer) {
    CallLifetime lifetime =
        serve(
            work,
            untilDeadline(),
            new Ending<>() {
              @Override
              public void answered(T answer) {
                observer.onNext(answer);
                observer.onCompleted();
              }

              @Override
              public void failed(JudgeException failure) {
                observer.onError(failure.toStatusException());
              }
            });
    ((ServerCallStreamObserver<T>) observer).setOnCancelHandler(lifetime::cancel);
  }

  /**
   * Starts a call. Does not block.
   *
   * @param untilDeadline 0 for the default deadline
   * @return its lifetime, which the caller may cancel
   */
  <T extends Message> CallLifetime serve(Work<T> work, Duration untilDeadline, Ending<T> ending) {
    long startedAt = timer.nanoTime();
    String endpoint = work.context().getEndpoint();
    CallMetrics metrics = work.method().of(endpoints.has(endpoint) ? endpoint : UNKNOWN);
    CallLifetime lifetime =
        new CallLifetime(timer, untilDeadline.isZero() ? defaultDeadline : untilDeadline);
    OpenCalls.@Nullable OpenCall open = openCalls.open(lifetime);
    CompletableFuture<T> answer =
        open == null
            ? CompletableFuture.failedFuture(
                JudgeException.unavailable(
                    FailureType.SHUTTING_DOWN, "this judge worker is shutting down", null))
            : start(work.start(), lifetime);
    CompletableFuture<Void> unused =
        answer.handle(
            (value, thrown) -> {
              lifetime.close();
              long nanos = timer.nanoTime() - startedAt;
              try {
                Optional<JudgeException> tooLarge =
                    thrown == null ? tooLarge(value) : Optional.empty();
                if (thrown == null && tooLarge.isEmpty()) {
                  metrics.answered(nanos);
                  ending.answered(value);
                } else {
                  JudgeException failure = tooLarge.orElseGet(() -> reason(open, thrown));
                  metrics.failed(failure.failure().getType(), nanos);
                  logUnexpected(work.method().method(), failure);
                  ending.failed(failure);
                }
              } finally {
                if (open != null) {
                  open.close();
                }
              }
              return null;
            });
    return lifetime;
  }

  private static <T> CompletableFuture<T> start(
      Function<CallLifetime, CompletableFuture<T>> work, CallLifetime lifetime) {
    try {
      return work.apply(lifetime);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** A message that a caller does not accept would end all calls of its stream. */
  private static Optional<JudgeException> tooLarge(Message answer) {
    int bytes = answer.getSerializedSize();
    if (bytes <= LARGEST_ANSWER) {
      return Optional.empty();
    }
    FieldDescriptor provenance = answer.getDescriptorForType().findFieldByName("provenance");
    JudgeException failure =
        JudgeException.dataLoss(
            FailureType.ANSWER_TOO_LARGE,
            "the answer has "
                + bytes
                + " bytes (expected: at most "
                + LARGEST_ANSWER
                + "; ask for fewer samples or a smaller max_tokens)");
    return Optional.of(
        provenance == null
            ? failure
            : failure.plusUsage(((Provenance) answer.getField(provenance)).getUsage()));
  }

  private static JudgeException reason(OpenCalls.@Nullable OpenCall open, Throwable thrown) {
    JudgeException failure = JudgeException.from(thrown);
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

  private static Duration untilDeadline() {
    return Duration.ofMillis(ServiceRequestContext.current().requestTimeoutMillis());
  }
}
