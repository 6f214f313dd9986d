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
  private final long timeoutMillis;
  private final long takesCallsUntil;
  private final StreamObserver<StreamCallsRequest> requests;
  private final Map<Long, OpenCall> calls = new HashMap<>();
  private long started;
  private boolean retired;
  private @Nullable Throwable end;

  private CallStream(JudgeServiceStub stub, Duration deadline, Duration takesCallsFor) {
    timeoutMillis = deadline.toMillis();
    takesCallsUntil = System.nanoTime() + takesCallsFor.toNanos();
    requests = stub.streamCalls(new Answers());
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

  /** Sends a call, or reports to it why the stream has ended. */
  void startOrFail(OpenCall call) {
    if (!start(call)) {
      call.fail(cause());
    }
  }

  /** Cancels a call at the worker. Without effect on one that has ended there. */
  synchronized void cancel(long id) {
    if (calls.remove(id) != null && end == null && !retired) {
      send(StreamedCall.newBuilder().setId(id).setCancel(CancelCall.getDefaultInstance()));
    }
  }

  private synchronized Throwable cause() {
    return end == null ? ended() : end;
  }

  private void send(StreamedCall.Builder call) {
    requests.onNext(StreamCallsRequest.newBuilder().addCalls(call).build());
  }

  /** Takes no further calls; the worker ends the stream after the last answer. */
  private synchronized void retire() {
    if (!retired) {
      retired = true;
      requests.onCompleted();
    }
  }

  private synchronized @Nullable OpenCall take(long id) {
    return calls.remove(id);
  }

  private void end(Throwable thrown) {
    List<OpenCall> unanswered;
    synchronized (this) {
      retired = true;
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
      for (StreamedAnswer answer : response.getAnswersList()) {
        OpenCall call = take(answer.getId());
        if (call != null) {
          end(call, answer);
        }
      }
    }

    @Override
    public void onError(Throwable thrown) {
      end(thrown);
    }

    @Override
    public void onCompleted() {
      end(ended());
    }

    private void end(OpenCall call, StreamedAnswer answer) {
      if (answer.hasFailure()) {
        call.fail(StatusProto.toStatusRuntimeException(answer.getFailure()));
      } else {
        call.answer(answer);
      }
    }

    private void end(Throwable thrown) {
      CallStream.this.end(thrown);
    }
  }
}
