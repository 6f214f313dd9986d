package io.retort.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Adds the address that was called, and the cause, to the status of a call that did not reach it:
 * gRPC's own text is often only {@code io exception}.
 */
record NamedAddress(String address) implements ClientInterceptor {
  /** Netty begins with the call of the operating system: {@code finishConnect(..) failed ...: }. */
  private static final Pattern NATIVE_CALL =
      Pattern.compile("^\\w+\\(\\.\\.\\) failed( with error\\(-?\\d+\\))?: ");

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                super.onClose(named(status), trailers);
              }
            },
            headers);
      }
    };
  }

  private Status named(Status status) {
    if (!RetortException.isUnreachable(status)) {
      return status;
    }
    String cause = String.valueOf(status.getDescription());
    for (Throwable at = status.getCause(); at != null; at = at.getCause()) {
      if (at instanceof IOException && at.getMessage() != null) {
        cause = NATIVE_CALL.matcher(at.getMessage()).replaceFirst("");
      }
    }
    return status.withDescription(address + ": " + cause);
  }
}
