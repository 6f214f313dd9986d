package io.retort.judge;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.retort.v1.StreamCallsRequest;
import io.retort.v1.StreamCallsResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The open streams of calls of a worker. */
final class CallStreams {
  private final JudgeRpcs rpcs;
  private final Set<CallStream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  CallStreams(JudgeRpcs rpcs) {
    this.rpcs = rpcs;
  }

  /**
   * Opens a stream.
   *
   * @param eventLoop of the stream: one thread
   */
  StreamObserver<StreamCallsRequest> open(
      ServerCallStreamObserver<StreamCallsResponse> answers, Executor eventLoop) {
    CallStream stream = new CallStream(rpcs, answers, eventLoop, open::remove);
    open.add(stream);
    if (draining) {
      stream.drain();
    }
    return stream;
  }

  /** Reports to all callers that the worker is shutting down. */
  void drain() {
    draining = true;
    open.forEach(CallStream::drain);
  }
}
