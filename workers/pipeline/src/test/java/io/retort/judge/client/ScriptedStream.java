package io.retort.judge.client;

import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.retort.v1.JudgeServiceGrpc.JudgeServiceImplBase;
import io.retort.v1.StreamCallsRequest;
import io.retort.v1.StreamCallsResponse;
import io.retort.v1.StreamedAnswer;
import io.retort.v1.StreamedCall;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/** A stream of calls to a service whose rpcs may block; each call runs on its own thread. */
final class ScriptedStream implements StreamObserver<StreamCallsRequest> {
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "scripted-call");
            thread.setDaemon(true);
            return thread;
          });

  private final JudgeServiceImplBase service;
  private final StreamObserver<StreamCallsResponse> responses;
  private final ConcurrentHashMap<Long, CompletableFuture<StreamedAnswer>> open =
      new ConcurrentHashMap<>();

  ScriptedStream(JudgeServiceImplBase service, StreamObserver<StreamCallsResponse> responses) {
    this.service = service;
    this.responses = responses;
  }

  @Override
  public void onNext(StreamCallsRequest request) {
    request.getCallsList().forEach(this::start);
  }

  @Override
  public void onError(Throwable thrown) {
    // Nobody hears an answer any more.
    open.clear();
  }

  @Override
  public void onCompleted() {
    CompletableFuture<Void> unused =
        CompletableFuture.allOf(open.values().toArray(CompletableFuture[]::new))
            .whenComplete(
                (nothing, thrown) -> {
                  synchronized (responses) {
                    responses.onCompleted();
                  }
                });
  }

  private void start(StreamedCall call) {
    switch (call.getRequestCase()) {
      case EVALUATE ->
          run(call, call.getEvaluate(), service::evaluate, StreamedAnswer.Builder::setEvaluate);
      case IMPROVE ->
          run(call, call.getImprove(), service::improve, StreamedAnswer.Builder::setImprove);
      case VALIDATE ->
          run(call, call.getValidate(), service::validate, StreamedAnswer.Builder::setValidate);
      case CORRUPT ->
          run(call, call.getCorrupt(), service::corrupt, StreamedAnswer.Builder::setCorrupt);
      case SAMPLE_ANSWERS ->
          run(
              call,
              call.getSampleAnswers(),
              service::sampleAnswers,
              StreamedAnswer.Builder::setSampleAnswers);
      case RATE -> run(call, call.getRate(), service::rate, StreamedAnswer.Builder::setRate);
      case CANCEL -> open.getOrDefault(call.getId(), new CompletableFuture<>()).cancel(true);
      case REQUEST_NOT_SET -> throw new IllegalArgumentException(call.toString());
    }
  }

  private <Q, T> void run(
      StreamedCall call,
      Q request,
      BiConsumer<Q, StreamObserver<T>> rpc,
      BiConsumer<StreamedAnswer.Builder, T> setter) {
    CompletableFuture<StreamedAnswer> answer = new CompletableFuture<>();
    open.put(call.getId(), answer);
    THREADS.execute(() -> rpc.accept(request, new Answer<>(answer, setter)));
    CompletableFuture<Void> unused =
        answer
            .orTimeout(call.getTimeoutMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(thrown -> failure(thrown))
            .thenAccept(
                result -> {
                  open.remove(call.getId());
                  synchronized (responses) {
                    responses.onNext(
                        StreamCallsResponse.newBuilder()
                            .addAnswers(result.toBuilder().setId(call.getId()))
                            .build());
                  }
                });
  }

  private static StreamedAnswer failure(Throwable thrown) {
    com.google.rpc.Status status;
    if (thrown instanceof TimeoutException) {
      status = plain(Status.DEADLINE_EXCEEDED);
    } else if (thrown instanceof CancellationException) {
      status = plain(Status.CANCELLED);
    } else {
      com.google.rpc.Status detailed = StatusProto.fromThrowable(thrown);
      status = detailed == null ? plain(Status.fromThrowable(thrown)) : detailed;
    }
    return StreamedAnswer.newBuilder().setFailure(status).build();
  }

  private static com.google.rpc.Status plain(Status status) {
    String message = status.getDescription();
    return com.google.rpc.Status.newBuilder()
        .setCode(status.getCode().value())
        .setMessage(message == null ? "" : message)
        .build();
  }

  /** Turns the end of an rpc into an answer. */
  private static final class Answer<T> implements StreamObserver<T> {
    private final CompletableFuture<StreamedAnswer> to;
    private final BiConsumer<StreamedAnswer.Builder, T> setter;

    Answer(CompletableFuture<StreamedAnswer> to, BiConsumer<StreamedAnswer.Builder, T> setter) {
      this.to = to;
      this.setter = setter;
    }

    @Override
    public void onNext(T value) {
      StreamedAnswer.Builder answer = StreamedAnswer.newBuilder();
      setter.accept(answer, value);
      to.complete(answer.build());
    }

    @Override
    public void onError(Throwable thrown) {
      to.completeExceptionally(thrown);
    }

    @Override
    public void onCompleted() {}
  }
}
