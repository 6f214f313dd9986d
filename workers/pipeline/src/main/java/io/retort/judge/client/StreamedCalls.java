package io.retort.judge.client;

import com.google.protobuf.Message;
import io.grpc.Status;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/**
 * Calls to the judge workers over streams, which are cancelled with their group. Workers of an
 * earlier version, which have no streams, get an rpc for each call.
 */
final class StreamedCalls implements JudgeCalls {
  /** What a worker accepts in one message, less what surrounds a request. */
  private static final int LARGEST_REQUEST = JudgeClient.LARGEST_MESSAGE - (64 << 10);

  private final CallStreams streams;
  private final GrpcCalls unary;
  private final CallGroup scope;

  StreamedCalls(CallStreams streams, GrpcCalls unary, CallGroup scope) {
    this.streams = streams;
    this.unary = unary;
    this.scope = scope;
  }

  @Override
  public <Q extends Message, A extends Message> CompletableFuture<A> call(
      JudgeMethod<Q, A> method, Q request) {
    if (request.getSerializedSize() > LARGEST_REQUEST) {
      // It would end all calls of its stream.
      return CompletableFuture.failedFuture(
          new UselessAnswerException(
              "REQUEST_TOO_LARGE",
              "judge: the request has "
                  + request.getSerializedSize()
                  + " bytes (expected: at most "
                  + LARGEST_REQUEST
                  + ", with the prompts)"));
    }
    if (!streams.areSupported()) {
      return unary.call(method, request);
    }
    CompletableFuture<A> result = new CompletableFuture<>();
    OpenCall call =
        new OpenCall(
            builder -> method.toStream().accept(builder, request),
            answer -> result.complete(method.fromStream().apply(answer)),
            thrown -> {
              if (Status.fromThrowable(thrown).getCode() == Status.Code.UNIMPLEMENTED) {
                streams.areNotSupported();
                again(method, request, result);
              } else {
                result.completeExceptionally(JudgeFailures.of(thrown));
              }
            });
    scope.add(result, () -> call.cancel(new CancellationException()));
    streams.start(call);
    return result;
  }

  private <Q extends Message, A extends Message> void again(
      JudgeMethod<Q, A> method, Q request, CompletableFuture<A> result) {
    CompletableFuture<A> unused =
        unary
            .call(method, request)
            .whenComplete(
                (answer, thrown) -> {
                  if (thrown == null) {
                    result.complete(answer);
                  } else {
                    result.completeExceptionally(thrown);
                  }
                });
  }
}
