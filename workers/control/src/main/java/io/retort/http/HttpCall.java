package io.retort.http;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.Message;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls an rpc for an HTTP request, with the interceptors that a gRPC call has. The rpc's events
 * run one after the other on the blocking threads of the server.
 */
final class HttpCall<Q, R> extends ServerCall<Q, R> {
  private static final Logger LOG = LoggerFactory.getLogger(HttpCall.class);

  private final ServiceRequestContext context;
  private final ServerMethodDefinition<Q, R> rpc;
  private final Q request;
  private final Metadata headers;
  private final Answer answer;
  private final Executor executor;
  private ServerCall.@Nullable Listener<Q> listener;
  private volatile boolean closed;
  private volatile boolean cancelled;

  private HttpCall(
      ServiceRequestContext context,
      ServerMethodDefinition<Q, R> rpc,
      Q request,
      Metadata headers,
      Answer answer) {
    this.context = context;
    this.rpc = rpc;
    this.request = request;
    this.headers = headers;
    this.answer = answer;
    executor = MoreExecutors.newSequentialExecutor(context.blockingTaskExecutor());
  }

  static <Q, R> HttpCall<Q, R> of(
      ServiceRequestContext context,
      ServerMethodDefinition<Q, R> rpc,
      Message request,
      Metadata headers,
      Answer answer) {
    @SuppressWarnings("unchecked") // The reader has filled the prototype of this rpc.
    Q message = (Q) request;
    return new HttpCall<>(context, rpc, message, headers, answer);
  }

  /** Receives what the rpc sends. */
  interface Answer {
    void message(Message message);

    /** Called once, after the last message. */
    void close(Status status, Metadata trailers);

    /** Whether a message would be sent at once. */
    boolean isReady();
  }

  /** Returns at once. */
  void start() {
    executor.execute(this::begin);
    CompletableFuture<Void> ignored = context.whenRequestCancelling().thenAccept(cause -> cancel());
  }

  /** To be called when the answer has become ready. */
  void ready() {
    executor.execute(
        () -> {
          if (listener != null && !closed && !cancelled) {
            guard(listener::onReady);
          }
        });
  }

  /** To be called when nobody waits for the answer any more. */
  void cancel() {
    executor.execute(
        () -> {
          if (!closed && !cancelled) {
            cancelled = true;
            if (listener != null) {
              guard(listener::onCancel);
            }
          }
        });
  }

  private void begin() {
    if (cancelled) {
      return;
    }
    guard(
        () -> {
          ServerCall.Listener<Q> started = rpc.getServerCallHandler().startCall(this, headers);
          listener = started;
          if (closed) {
            return;
          }
          started.onReady();
          started.onMessage(request);
          started.onHalfClose();
        });
  }

  private void guard(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      Status status = Status.fromThrowable(e);
      Metadata trailers =
          e instanceof StatusRuntimeException thrown && thrown.getTrailers() != null
              ? thrown.getTrailers()
              : new Metadata();
      if (!(e instanceof StatusRuntimeException)) {
        LOG.error("{} failed", rpc.getMethodDescriptor().getFullMethodName(), e);
        status = Status.INTERNAL.withDescription("the control plane failed; see its log");
      }
      close(status, trailers);
    }
  }

  @Override
  public void request(int count) {}

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void sendMessage(R message) {
    if (!closed && !cancelled) {
      answer.message((Message) message);
    }
  }

  @Override
  public synchronized void close(Status status, Metadata trailers) {
    if (!closed) {
      closed = true;
      if (!cancelled) {
        answer.close(status, trailers);
      }
    }
  }

  @Override
  public boolean isReady() {
    return !closed && !cancelled && answer.isReady();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return rpc.getMethodDescriptor();
  }

  @Override
  public @Nullable String getAuthority() {
    return context.request().authority();
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.newBuilder()
        .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, context.remoteAddress())
        .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, context.localAddress())
        .build();
  }
}
