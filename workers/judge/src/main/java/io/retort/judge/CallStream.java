package io.retort.judge;

import com.google.protobuf.Message;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.retort.judge.failure.FailureType;
import io.retort.judge.failure.JudgeException;
import io.retort.judge.time.CallLifetime;
import io.retort.v1.StreamCallsRequest;
import io.retort.v1.StreamCallsResponse;
import io.retort.v1.StreamedAnswer;
import io.retort.v1.StreamedCall;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Calls over one stream. Requests arrive on the stream's event loop, and answers are written there:
 * those that are ready at the same time go into one message.
 */
final class CallStream implements StreamObserver<StreamCallsRequest> {
  /** Largest message of several answers. */
  private static final int MOST_BYTES = 1 << 20;

  private static final long LONGEST_TIMEOUT_MILLIS = Duration.ofDays(1).toMillis();

  private final JudgeRpcs rpcs;
  private final ServerCallStreamObserver<StreamCallsResponse> answers;
  private final Executor eventLoop;
  private final Consumer<CallStream> onEnd;
  private final Queue<StreamedAnswer> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean writing = new AtomicBoolean();
  // The rest is confined to the event loop.
  private final Map<Long, CallLifetime> open = new HashMap<>();
  private boolean callerIsDone;
  private boolean ended;

  /**
   * @param eventLoop one thread, on which requests arrive
   * @param onEnd called when the stream has ended
   */
  CallStream(
      JudgeRpcs rpcs,
      ServerCallStreamObserver<StreamCallsResponse> answers,
      Executor eventLoop,
      Consumer<CallStream> onEnd) {
    this.rpcs = rpcs;
    this.answers = answers;
    this.eventLoop = eventLoop;
    this.onEnd = onEnd;
    answers.setOnCancelHandler(() -> eventLoop.execute(this::end));
  }

  @Override
  public void onNext(StreamCallsRequest request) {
    for (StreamedCall call : request.getCallsList()) {
      start(call);
    }
  }

  @Override
  public void onError(Throwable thrown) {
    end();
  }

  @Override
  public void onCompleted() {
    callerIsDone = true;
    completeIfDone();
  }

  /** Reports to the caller that the worker is shutting down. */
  void drain() {
    eventLoop.execute(
        () -> {
          if (!ended) {
            answers.onNext(StreamCallsResponse.newBuilder().setDraining(true).build());
          }
        });
  }

  private void start(StreamedCall call) {
    switch (call.getRequestCase()) {
      case EVALUATE ->
          serve(call, rpcs.evaluate(call.getEvaluate()), StreamedAnswer.Builder::setEvaluate);
      case IMPROVE ->
          serve(call, rpcs.improve(call.getImprove()), StreamedAnswer.Builder::setImprove);
      case VALIDATE ->
          serve(call, rpcs.validate(call.getValidate()), StreamedAnswer.Builder::setValidate);
      case CORRUPT ->
          serve(call, rpcs.corrupt(call.getCorrupt()), StreamedAnswer.Builder::setCorrupt);
      case SAMPLE_ANSWERS ->
          serve(
              call,
              rpcs.sampleAnswers(call.getSampleAnswers()),
              StreamedAnswer.Builder::setSampleAnswers);
      case RATE -> serve(call, rpcs.rate(call.getRate()), StreamedAnswer.Builder::setRate);
      case CANCEL -> {
        CallLifetime lifetime = open.get(call.getId());
        if (lifetime != null) {
          lifetime.cancel();
        }
      }
      case REQUEST_NOT_SET -> refuse(call, "request: none (expected: one)");
    }
  }

  private <T extends Message> void serve(
      StreamedCall call, JudgeRpcs.Work<T> work, BiConsumer<StreamedAnswer.Builder, T> setter) {
    if (open.containsKey(call.getId())) {
      refuse(call, "id: that of an open call (expected: another one)");
      return;
    }
    long millis = call.getTimeoutMillis();
    Duration timeout =
        Duration.ofMillis(
            millis < 0 ? LONGEST_TIMEOUT_MILLIS : Math.min(millis, LONGEST_TIMEOUT_MILLIS));
    StreamedAnswer.Builder answer = StreamedAnswer.newBuilder().setId(call.getId());
    CallLifetime lifetime =
        rpcs.serve(
            work,
            timeout,
            new JudgeRpcs.Ending<>() {
              @Override
              public void answered(T value) {
                setter.accept(answer, value);
                send(answer.build());
              }

              @Override
              public void failed(JudgeException failure) {
                send(answer.setFailure(failure.toStatus()).build());
              }
            });
    // A call that has ended already is removed by the write of its answer, which runs later.
    open.put(call.getId(), lifetime);
  }

  private void refuse(StreamedCall call, String message) {
    answers.onNext(
        StreamCallsResponse.newBuilder()
            .addAnswers(
                StreamedAnswer.newBuilder()
                    .setId(call.getId())
                    .setFailure(
                        JudgeException.invalid(FailureType.INVALID_REQUEST, "calls." + message)
                            .toStatus()))
            .build());
  }

  /** Runs on any thread. */
  private void send(StreamedAnswer answer) {
    ready.add(answer);
    if (writing.compareAndSet(false, true)) {
      eventLoop.execute(this::write);
    }
  }

  private void write() {
    writing.set(false);
    StreamCallsResponse.Builder message = StreamCallsResponse.newBuilder();
    long bytes = 0;
    for (StreamedAnswer answer = ready.poll(); answer != null; answer = ready.poll()) {
      open.remove(answer.getId());
      if (bytes > 0 && bytes + answer.getSerializedSize() > MOST_BYTES) {
        write(message);
        message.clear();
        bytes = 0;
      }
      message.addAnswers(answer);
      bytes += answer.getSerializedSize();
    }
    if (bytes > 0) {
      write(message);
    }
    completeIfDone();
  }

  private void write(StreamCallsResponse.Builder message) {
    if (!ended) {
      answers.onNext(message.build());
    }
  }

  private void completeIfDone() {
    if (callerIsDone && open.isEmpty() && !ended) {
      ended = true;
      onEnd.accept(this);
      answers.onCompleted();
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      onEnd.accept(this);
      List.copyOf(open.values()).forEach(CallLifetime::cancel);
    }
  }
}
