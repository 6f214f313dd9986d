package io.retort.judge.client;

import io.retort.v1.StreamedAnswer;
import io.retort.v1.StreamedCall;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A call over a stream that has no answer yet. Its end is reported once, on any thread. */
final class OpenCall {
  private final Consumer<StreamedCall.Builder> request;
  private final Consumer<StreamedAnswer> answered;
  private final Consumer<Throwable> failed;
  private @Nullable CallStream stream;
  private long id;
  private boolean ended;

  /**
   * @param request puts the request into the call
   */
  OpenCall(
      Consumer<StreamedCall.Builder> request,
      Consumer<StreamedAnswer> answered,
      Consumer<Throwable> failed) {
    this.request = request;
    this.answered = answered;
    this.failed = failed;
  }

  StreamedCall.Builder request() {
    StreamedCall.Builder call = StreamedCall.newBuilder();
    request.accept(call);
    return call;
  }

  /**
   * Reports the stream that is going to send it.
   *
   * @return false if it has ended, and must not be sent
   */
  synchronized boolean sends(CallStream sender, long number) {
    if (ended) {
      return false;
    }
    stream = sender;
    id = number;
    return true;
  }

  void answer(StreamedAnswer answer) {
    if (end()) {
      answered.accept(answer);
    }
  }

  void fail(Throwable thrown) {
    if (end()) {
      failed.accept(thrown);
    }
  }

  /** Fails it with {@code thrown}, and cancels it at the worker. */
  void cancel(Throwable thrown) {
    CallStream sender;
    long number;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      sender = stream;
      number = id;
    }
    if (sender != null) {
      sender.cancel(number);
    }
    failed.accept(thrown);
  }

  private synchronized boolean end() {
    boolean first = !ended;
    ended = true;
    return first;
  }
}
