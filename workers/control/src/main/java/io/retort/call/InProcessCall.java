package io.retort.call;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of an rpc within this process, with the interceptors that a gRPC call has. What the rpc
 * throws ends the call.
 */
public abstract class InProcessCall<Q, R> extends ServerCall<Q, R> {
  private static final Logger LOG = LoggerFactory.getLogger(InProcessCall.class);

  private final ServerMethodDefinition<Q, R> rpc;
  private volatile ServerCall.@Nullable Listener<Q> listener;
  private volatile boolean closed;
  private volatile boolean cancelled;

  /**
   * @param rpc with its interceptors
   */
  protected InProcessCall(ServerMethodDefinition<Q, R> rpc) {
    this.rpc = rpc;
  }

  /** Receives a message of the rpc. */
  protected abstract void received(R message);

  /** Called once, after the last message; not called once the call is cancelled. */
  protected abstract void ended(Status status, Metadata trailers);

  /** Whether a message would be taken at once. */
  protected abstract boolean isReceiverReady();

  /** Starts the call on this thread; the rpc may respond on others. */
  protected final void begin(Q request, Metadata headers) {
    if (cancelled) {
      return;
    }
    guard(
        () -> {
          ServerCall.Listener<Q> started = rpc.getServerCallHandler().startCall(this, headers);
          listener = started;
          // An interceptor may have refused the call.
          if (closed) {
            return;
          }
          started.onReady();
          started.onMessage(request);
          started.onHalfClose();
        });
  }

  /** To be called when the receiver has become ready. */
  protected final void receiverIsReady() {
    ServerCall.Listener<Q> started = listener;
    if (started != null && !closed && !cancelled) {
      guard(started::onReady);
    }
  }

  /** To be called when nobody waits for the answer any more; the rpc sends no more. */
  protected final void cancelNow() {
    if (closed || cancelled) {
      return;
    }
    cancelled = true;
    ServerCall.Listener<Q> started = listener;
    if (started != null) {
      guard(started::onCancel);
    }
  }

  private void guard(Runnable step) {
    try {
      step.run();
    } catch (StatusRuntimeException e) {
      close(e.getStatus(), e.getTrailers() == null ? new Metadata() : e.getTrailers());
    } catch (RuntimeException | Error e) {
      LOG.error("{} failed", rpc.getMethodDescriptor().getFullMethodName(), e);
      close(
          Status.INTERNAL.withDescription("the control plane failed; its log says why"),
          new Metadata());
    }
  }

  @Override
  public final void request(int count) {}

  @Override
  public final void sendHeaders(Metadata headers) {}

  @Override
  public final void sendMessage(R message) {
    if (!closed && !cancelled) {
      received(message);
    }
  }

  @Override
  public final synchronized void close(Status status, Metadata trailers) {
    if (!closed) {
      closed = true;
      if (!cancelled) {
        ended(status, trailers);
      }
    }
  }

  @Override
  public final boolean isReady() {
    return !closed && !cancelled && isReceiverReady();
  }

  @Override
  public final boolean isCancelled() {
    return cancelled;
  }

  @Override
  public final MethodDescriptor<Q, R> getMethodDescriptor() {
    return rpc.getMethodDescriptor();
  }

  @Override
  public @Nullable String getAuthority() {
    return null;
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.EMPTY;
  }
}
