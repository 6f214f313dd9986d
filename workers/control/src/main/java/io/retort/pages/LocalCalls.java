package io.retort.pages;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.retort.call.InProcessCall;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Calls the methods of gRPC services without a connection, with all their interceptors, so that a
 * page may do exactly what its caller may do by the API.
 */
public final class LocalCalls {
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

  /**
   * @param services with their interceptors
   */
  public LocalCalls(List<ServerServiceDefinition> services) {
    for (ServerServiceDefinition service : services) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put(method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
  }

  /**
   * Calls a method with one response, and waits for it. The current gRPC context applies.
   *
   * @throws StatusRuntimeException the error that a client of the API receives
   */
  <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
    try {
      return later(method, request).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof StatusRuntimeException status) {
        throw status;
      }
      throw e;
    }
  }

  /**
   * As {@link #call}, without waiting: for calls that the service answers by other threads. What
   * follows the response runs in the gRPC context of this call, and so for its caller.
   */
  <Q, R> CompletableFuture<R> later(MethodDescriptor<Q, R> method, Q request) {
    CompletableFuture<R> response = new CompletableFuture<>();
    Context context = Context.current();
    Stream ignored =
        stream(
            method,
            request,
            () -> true,
            answer -> context.run(() -> complete(response, answer)),
            closed ->
                context.run(
                    () ->
                        fail(
                            response,
                            closed.isOk()
                                ? Status.INTERNAL
                                    .withDescription(method.getFullMethodName() + ": no response")
                                    .asRuntimeException()
                                : closed.asRuntimeException())));
    return response;
  }

  private static <R> void complete(CompletableFuture<R> response, R answer) {
    boolean unused = response.complete(answer);
  }

  private static <R> void fail(CompletableFuture<R> response, StatusRuntimeException thrown) {
    boolean unused = response.completeExceptionally(thrown);
  }

  /**
   * Calls a method with any number of responses. Both consumers are called by the threads of the
   * service, one call at a time; {@code closed} last, with the trailers' details.
   *
   * @param ready whether the receiver has taken what it was given, so that a service may leave out
   *     responses that a slow receiver would only collect
   */
  <Q, R> Stream stream(
      MethodDescriptor<Q, R> method,
      Q request,
      BooleanSupplier ready,
      Consumer<R> received,
      Consumer<Closed> closed) {
    ServerMethodDefinition<Q, R> definition = definition(method);
    LocalCall<Q, R> call = new LocalCall<>(definition, ready, received, closed);
    call.start(request);
    return call;
  }

  @SuppressWarnings("unchecked")
  private <Q, R> ServerMethodDefinition<Q, R> definition(MethodDescriptor<Q, R> method) {
    ServerMethodDefinition<?, ?> found = methods.get(method.getFullMethodName());
    if (found == null) {
      throw Status.UNIMPLEMENTED
          .withDescription(method.getFullMethodName() + ": is not served")
          .asRuntimeException();
    }
    return (ServerMethodDefinition<Q, R>) found;
  }

  /** A call that still responds. */
  @FunctionalInterface
  interface Stream {
    /** Ends the call; the service sends no more responses. */
    void cancel();
  }

  /**
   * The end of a call.
   *
   * @param trailers hold the details of an error
   */
  record Closed(Status status, Metadata trailers) {
    boolean isOk() {
      return status.isOk();
    }

    StatusRuntimeException asRuntimeException() {
      return status.asRuntimeException(trailers);
    }
  }

  private static final class LocalCall<Q, R> extends InProcessCall<Q, R> implements Stream {
    private final BooleanSupplier ready;
    private final Consumer<R> received;
    private final Consumer<Closed> closed;

    LocalCall(
        ServerMethodDefinition<Q, R> rpc,
        BooleanSupplier ready,
        Consumer<R> received,
        Consumer<Closed> closed) {
      super(rpc);
      this.ready = ready;
      this.received = received;
      this.closed = closed;
    }

    void start(Q request) {
      begin(request, new Metadata());
    }

    @Override
    public void cancel() {
      cancelNow();
    }

    @Override
    protected void received(R message) {
      received.accept(message);
    }

    @Override
    protected void ended(Status status, Metadata trailers) {
      closed.accept(new Closed(status, trailers));
    }

    @Override
    protected boolean isReceiverReady() {
      return ready.getAsBoolean();
    }
  }
}
