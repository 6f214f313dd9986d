package io.retort.judge.client;

import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.retort.v1.CancelCall;
import io.retort.v1.JudgeServiceGrpc.JudgeServiceStub;
import io.retort.v1.StreamCallsRequest;
import io.retort.v1.StreamCallsResponse;
import io.retort.v1.StreamedAnswer;
import io.retort.v1.StreamedCall;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls over one stream to one worker.
 *
 * <p>Thread-safe.
 */
final class CallStream {
  /** Largest message of several calls. */
  private static final int MOST_BYTES = 1 << 20;

  /** The stream whose answers this thread is handing out. */
  private static final ThreadLocal<CallStream> ANSWERING = new ThreadLocal<>();

  private final long timeoutMillis;
  private final long takesCallsUntil;
  private final StreamObserver<StreamCallsRequest> requests;
  private final Map<Long, OpenCall> calls = new HashMap<>();
  private final StreamCallsRequest.Builder unsent = StreamCallsRequest.newBuilder();
  private long unsentBytes;
  private int holds;
  private long started;
  private boolean retired;
  private boolean completed;
  private @Nullable Throwable end;

  private CallStream(JudgeServiceStub stub, Duration deadline, Duration takesCallsFor) {
    timeoutMillis = deadline.toMillis();
    takesCallsUntil = System.nanoTime() + takesCallsFor.toNanos();
    synchronized (this) {
      // Answers may come before it returns, on another thread.
      requests = stub.streamCalls(new Answers());
    }
  }

  /**
   * Opens a stream.
   *
   * @param deadline of each call
   * @param takesCallsFor time after which it takes no further calls
   */
  static CallStream open(JudgeServiceStub stub, Duration deadline, Duration takesCallsFor) {
    return new CallStream(stub, deadline, takesCallsFor);
  }

  /** The stream whose answers the calling thread is handing out, null if there is none. */
  static @Nullable CallStream answering() {
    return ANSWERING.get();
  }

  /**
   * Sends a call.
   *
   * @return false if the stream takes no further calls
   */
  synchronized boolean start(OpenCall call) {
    if (!retired && System.nanoTime() - takesCallsUntil >= 0) {
      retire();
    }
    if (retired) {
      return false;
    }
    long id = started++;
    if (call.sends(this, id)) {
      calls.put(id, call);
      send(call.request().setId(id).setTimeoutMillis(timeoutMillis));
    }
    return true;
  }

  /** Cancels a call at the worker. Without effect on one that has ended there. */
  synchronized void cancel(long id) {
    if (calls.remove(id) != null) {
      send(StreamedCall.newBuilder().setId(id).setCancel(CancelCall.getDefaultInstance()));
      completeIfDone();
    }
  }

  /** Why the stream takes no further calls. */
  synchronized Throwable cause() {
    return end == null ? ended() : end;
  }

  private void send(StreamedCall.Builder builder) {
    StreamedCall call = builder.build();
    int bytes = call.getSerializedSize();
    if (unsentBytes + bytes > MOST_BYTES) {
      flush();
    }
    unsent.addCalls(call);
    unsentBytes += bytes;
    // A continuation of another thread's answer may last: only its own calls wait for each other.
    if (holds == 0 || ANSWERING.get() != this) {
      flush();
    }
  }

  private void flush() {
    if (unsent.getCallsCount() > 0 && end == null) {
      StreamCallsRequest message = unsent.build();
      unsent.clear();
      unsentBytes = 0;
      requests.onNext(message);
    }
  }

  /** Collects calls of continuations until {@link #release}, to send them together. */
  private synchronized void hold() {
    holds++;
  }

  private synchronized void release() {
    holds--;
    if (holds == 0) {
      flush();
    }
  }

  /** Takes no further calls; the stream ends after the last answer. */
  private synchronized void retire() {
    retired = true;
    completeIfDone();
  }

  /**
   * Open calls may still be cancelled, so the caller's side stays open as long as there are any.
   */
  private void completeIfDone() {
    if (retired && calls.isEmpty() && !completed) {
      completed = true;
      flush();
      requests.onCompleted();
    }
  }

  private synchronized @Nullable OpenCall take(long id) {
    OpenCall call = calls.remove(id);
    completeIfDone();
    return call;
  }

  private void end(Throwable thrown) {
    List<OpenCall> unanswered;
    synchronized (this) {
      retired = true;
      completed = true;
      end = thrown;
      unanswered = List.copyOf(calls.values());
      calls.clear();
    }
    unanswered.forEach(call -> call.fail(thrown));
  }

  private static Throwable ended() {
    return Status.UNAVAILABLE
        .withDescription("the judge worker ended the stream of calls")
        .asRuntimeException();
  }

  private final class Answers implements StreamObserver<StreamCallsResponse> {
    @Override
    public void onNext(StreamCallsResponse response) {
      if (response.getDraining()) {
        retire();
      }
      hold();
      try {
        for (StreamedAnswer answer : response.getAnswersList()) {
          OpenCall call = take(answer.getId());
          if (call != null) {
            end(call, answer);
          }
        }
      } finally {
        release();
      }
    }

    @Override
    public void onError(Throwable thrown) {
      // The client cancels no stream: this is how the death of a worker may look.
      boolean broken = Status.fromThrowable(thrown).getCode() == Status.Code.CANCELLED;
      end(broken ? Status.UNAVAILABLE.withCause(thrown).asRuntimeException() : thrown);
    }

    @Override
    public void onCompleted() {
      end(ended());
    }

    private void end(OpenCall call, StreamedAnswer answer) {
      if (answer.hasFailure()) {
        // What follows takes its turn: a worker that only fails must not attract calls.
        call.fail(StatusProto.toStatusRuntimeException(answer.getFailure()));
        return;
      }
      ANSWERING.set(CallStream.this);
      try {
        call.answer(answer);
      } finally {
        ANSWERING.remove();
      }
    }

    private void end(Throwable thrown) {
      CallStream.this.end(thrown);
    }
  }
}
