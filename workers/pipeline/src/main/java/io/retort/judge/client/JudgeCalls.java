package io.retort.judge.client;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import io.grpc.Context;
import io.retort.v1.CorruptRequest;
import io.retort.v1.CorruptResponse;
import io.retort.v1.EvaluateRequest;
import io.retort.v1.EvaluateResponse;
import io.retort.v1.ImproveRequest;
import io.retort.v1.ImproveResponse;
import io.retort.v1.JudgeServiceGrpc;
import io.retort.v1.RateRequest;
import io.retort.v1.RateResponse;
import io.retort.v1.SampleAnswersRequest;
import io.retort.v1.SampleAnswersResponse;
import io.retort.v1.ValidateRequest;
import io.retort.v1.ValidateResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The judge's methods without threads that wait. Futures fail with {@link UselessAnswerException}
 * or a categorised {@link io.temporal.failure.ApplicationFailure}.
 */
public final class JudgeCalls {
  private final JudgeServiceGrpc.JudgeServiceFutureStub stub;
  private final Duration deadline;
  private final Context context;

  JudgeCalls(JudgeServiceGrpc.JudgeServiceFutureStub stub, Duration deadline, Context context) {
    this.stub = stub;
    this.deadline = deadline;
    this.context = context;
  }

  public CompletableFuture<EvaluateResponse> evaluate(EvaluateRequest request) {
    return call(timed -> timed.evaluate(request));
  }

  public CompletableFuture<ImproveResponse> improve(ImproveRequest request) {
    return call(timed -> timed.improve(request));
  }

  public CompletableFuture<ValidateResponse> validate(ValidateRequest request) {
    return call(timed -> timed.validate(request));
  }

  public CompletableFuture<CorruptResponse> corrupt(CorruptRequest request) {
    return call(timed -> timed.corrupt(request));
  }

  public CompletableFuture<RateResponse> rate(RateRequest request) {
    return call(timed -> timed.rate(request));
  }

  public CompletableFuture<SampleAnswersResponse> sampleAnswers(SampleAnswersRequest request) {
    return call(timed -> timed.sampleAnswers(request));
  }

  private <T> CompletableFuture<T> call(
      Function<JudgeServiceGrpc.JudgeServiceFutureStub, ListenableFuture<T>> method) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Context previous = context.attach();
    try {
      Futures.addCallback(
          method.apply(stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)),
          new FutureCallback<T>() {
            @Override
            public void onSuccess(@Nullable T answer) {
              result.complete(
                  Objects.requireNonNull(answer, "a unary call answers with a message"));
            }

            @Override
            public void onFailure(Throwable thrown) {
              result.completeExceptionally(JudgeFailures.of(thrown));
            }
          },
          MoreExecutors.directExecutor());
    } finally {
      context.detach(previous);
    }
    return result;
  }
}
