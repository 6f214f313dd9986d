package io.retort.judge.client;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.Message;
import io.retort.v1.JudgeServiceGrpc.JudgeServiceFutureStub;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Calls to the judge workers that are cancelled with their group. */
final class GrpcCalls implements JudgeCalls {
  private final JudgeServiceFutureStub stub;
  private final Duration deadline;
  private final CallGroup scope;

  GrpcCalls(JudgeServiceFutureStub stub, Duration deadline, CallGroup scope) {
    this.stub = stub;
    this.deadline = deadline;
    this.scope = scope;
  }

  @Override
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request) {
    return completable(scope.add(method.call().apply(timed(), request)));
  }

  JudgeServiceFutureStub timed() {
    return stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
  }

  static <A> CompletableFuture<A> completable(ListenableFuture<A> future) {
    CompletableFuture<A> result = new CompletableFuture<>();
    Futures.addCallback(
        future,
        new FutureCallback<A>() {
          @Override
          public void onSuccess(@Nullable A answer) {
            result.complete(Objects.requireNonNull(answer, "a unary call answers with a message"));
          }

          @Override
          public void onFailure(Throwable thrown) {
            result.completeExceptionally(JudgeFailures.of(thrown));
          }
        },
        MoreExecutors.directExecutor());
    return result;
  }
}
