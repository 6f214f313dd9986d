package io.retort.control;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Refuses calls to Temporal by method name, or leaves them unanswered. */
final class TemporalRefusals implements ClientInterceptor {
  /** By method; empty for a call that is never answered. */
  final Map<String, Optional<Status>> refused = new ConcurrentHashMap<>();

  /** One permit for each refused or unanswered call. */
  final Semaphore arrived = new Semaphore(0);

  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          runnable -> {
            Thread thread = new Thread(runnable, "deadlines");
            thread.setDaemon(true);
            return thread;
          });

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    Optional<Status> refusal = refused.get(String.valueOf(method.getBareMethodName()));
    if (refusal == null) {
      return next.newCall(method, options);
    }
    return new ClientCall<>() {
      private ClientCall.@Nullable Listener<R> listener;

      @Override
      public void start(ClientCall.Listener<R> responseListener, Metadata headers) {
        listener = responseListener;
        Deadline deadline = options.getDeadline();
        if (refusal.isEmpty() && deadline != null) {
          ScheduledFuture<?> ignored =
              deadline.runOnExpiration(
                  () -> responseListener.onClose(Status.DEADLINE_EXCEEDED, new Metadata()), timer);
        }
      }

      @Override
      public void sendMessage(Q message) {}

      @Override
      public void halfClose() {
        if (refusal.isPresent() && listener != null) {
          listener.onClose(refusal.get(), new Metadata());
        }
        arrived.release();
      }

      @Override
      public void request(int count) {}

      @Override
      public void cancel(@Nullable String message, @Nullable Throwable cause) {}
    };
  }
}
