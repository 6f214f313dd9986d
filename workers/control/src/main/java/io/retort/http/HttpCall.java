package io.retort.http;

import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.Message;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.retort.call.InProcessCall;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Calls an rpc for an HTTP request. The rpc's events run one after the other on the blocking
 * threads of the server.
 */
final class HttpCall<Q, R> extends InProcessCall<Q, R> {
  private final ServiceRequestContext context;
  private final Q request;
  private final Metadata headers;
  private final Answer answer;
  private final Executor executor;

  private HttpCall(
      ServiceRequestContext context,
      ServerMethodDefinition<Q, R> rpc,
      Q request,
      Metadata headers,
      Answer answer) {
    super(rpc);
    this.context = context;
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
    executor.execute(() -> begin(request, headers));
    CompletableFuture<Void> ignored = context.whenRequestCancelling().thenAccept(cause -> cancel());
  }

  /** To be called when the answer has become ready. */
  void ready() {
    executor.execute(this::receiverIsReady);
  }

  /** To be called when nobody waits for the answer any more. */
  void cancel() {
    executor.execute(this::cancelNow);
  }

  @Override
  protected void received(R message) {
    answer.message((Message) message);
  }

  @Override
  protected void ended(Status status, Metadata trailers) {
    answer.close(status, trailers);
  }

  @Override
  protected boolean isReceiverReady() {
    return answer.isReady();
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
